package operator

var attentionMinima = map[string]minimum{
	"Attention": from(23, always(3)), "RotaryEmbedding": from(23, always(3)),
	"LinearAttention":     from(27, always(3, whole("q_num_heads", 1), whole("kv_num_heads", 1))),
	"CausalConvWithState": from(27, always(2)),
}

var attentionKnown = map[string]AttributeKind{
	"q_num_heads": IntAttribute, "kv_num_heads": IntAttribute, "softcap": FloatAttribute, "is_causal": IntAttribute,
	"softmax_precision": IntAttribute, "qk_matmul_output_mode": IntAttribute, "left_window_size": IntAttribute, "right_window_size": IntAttribute,
	"interleaved": IntAttribute, "num_heads": IntAttribute, "rotary_embedding_dim": IntAttribute,
	"update_rule": StringAttribute, "chunk_size": IntAttribute, "activation": StringAttribute,
}
