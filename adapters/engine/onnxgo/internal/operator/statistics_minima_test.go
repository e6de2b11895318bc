package operator

var statisticsMinima = map[string]minimum{
	"ReduceSum": always(1), "ReduceMax": always(1), "ReduceMin": always(1), "ReduceProd": always(1), "ReduceL1": always(1), "ReduceL2": always(1),
	"ReduceLogSum": always(1), "ReduceLogSumExp": always(1), "ReduceSumSquare": always(1),
	"ArgMax": always(1), "ArgMin": always(1), "TopK": until(10, 2, whole("k", 1)), "Hardmax": always(1),
	"LayerNormalization": from(17, always(2)), "RMSNormalization": from(23, always(2)), "InstanceNormalization": always(3),
	"GroupNormalization": from(18, always(3, whole("num_groups", 1))), "MeanVarianceNormalization": from(9, always(1)), "LpNormalization": always(1),
	"CumSum": from(11, always(2)), "CumProd": from(26, always(2)), "Trilu": from(14, always(1)), "EyeLike": from(9, always(1)),
	"OneHot": from(9, always(3)), "Range": from(11, always(3)), "Unique": from(11, always(1)), "Det": from(11, always(1)),
	"NegativeLogLikelihoodLoss": from(12, always(2)), "SoftmaxCrossEntropyLoss": from(12, always(2)),
	"LpPool": always(1, list("kernel_shape", 1)), "GlobalLpPool": always(1),
	"HannWindow": from(17, always(1)), "HammingWindow": from(17, always(1)), "BlackmanWindow": from(17, always(1)),
	"MelWeightMatrix": from(17, always(5)), "DFT": from(17, always(1)), "STFT": from(17, always(2)),
	"Einsum": from(12, always(2, text("equation", "ij,jk->ik"))),
}

var statisticsKnown = map[string]AttributeKind{
	"select_last_index": IntAttribute, "k": IntAttribute, "largest": IntAttribute, "sorted": IntAttribute,
	"stash_type": IntAttribute, "num_groups": IntAttribute, "p": IntAttribute,
	"exclusive": IntAttribute, "reverse": IntAttribute, "upper": IntAttribute, "dtype": IntAttribute, "equation": StringAttribute,
	"ignore_index": IntAttribute,
	"periodic":     IntAttribute, "output_datatype": IntAttribute, "inverse": IntAttribute, "onesided": IntAttribute,
}
