package operator

var indexingMinima = map[string]minimum{
	"GatherElements": from(11, always(2)), "GatherND": from(11, always(2)),
	"Scatter": from(9, always(3)), "ScatterElements": from(11, always(3)), "ScatterND": from(11, always(3)),
	"Expand": from(8, always(2)), "Tile": always(2), "Split": always(1), "Compress": from(9, always(2)), "CenterCropPad": from(18, always(2)),
	"DepthToSpace": always(1, whole("blocksize", 2)), "SpaceToDepth": always(1, whole("blocksize", 2)),
	"NonZero": from(9, always(1)), "ReverseSequence": from(10, always(2)), "TensorScatter": from(24, always(2)), "NonMaxSuppression": from(10, always(2)),
	"GridSample": from(16, always(2)), "AffineGrid": from(20, always(2)), "DeformConv": from(19, always(3)), "RoiAlign": from(10, always(3)),
	"MaxRoiPool": always(2, list("pooled_shape", 1, 2)), "Col2Im": from(18, always(3)), "MaxUnpool": from(9, always(2, list("kernel_shape", 2))),
	"StringConcat": from(20, always(2)), "StringNormalizer": from(10, always(1)), "StringSplit": from(20, always(1)),
	"RegexFullMatch": from(20, always(1, text("pattern", "a.*"))),
	"TfIdfVectorizer": from(9, always(1, text("mode", "TF"), whole("min_gram_length", 1), whole("max_gram_length", 1), whole("max_skip_count", 0),
		list("ngram_counts", 0), list("ngram_indexes", 0, 1), list("pool_int64s", 2, 3))),
	"Resize": from(10, minimum{domain: "", since: 10, inputs: func(opset int) int {
		if opset == 10 {
			return 2
		}
		return 3
	}, attrs: func(int) []Attribute { return nil }}),
	"Upsample": until(9, 2, Attribute{Name: "scales", Kind: FloatsAttribute, Floats: []float32{1, 2}}),
}

// indexingParticular are operators whose inputs fit each other so rarely by chance
// that tests of their own make them.
var indexingParticular = map[string]bool{
	"AffineGrid": true, "Col2Im": true, "Compress": true, "DeformConv": true, "Resize": true, "ReverseSequence": true, "ScatterND": true,
	"StringConcat": true, "StringNormalizer": true, "StringSplit": true, "Upsample": true, "TensorScatter": true, "GridSample": true, "MaxRoiPool": true, "MaxUnpool": true, "NonMaxSuppression": true, "RoiAlign": true,
}

var indexingKnown = map[string]AttributeKind{
	"batch_dims": IntAttribute, "reduction": StringAttribute, "blocksize": IntAttribute, "num_outputs": IntAttribute, "split": IntsAttribute,
	"coordinate_transformation_mode": StringAttribute, "nearest_mode": StringAttribute, "keep_aspect_ratio_policy": StringAttribute,
	"cubic_coeff_a": FloatAttribute, "extrapolation_value": FloatAttribute, "exclude_outside": IntAttribute, "antialias": IntAttribute,
	"min_gram_length": IntAttribute, "max_gram_length": IntAttribute, "max_skip_count": IntAttribute,
	"weights": FloatsAttribute, "pool_int64s": IntsAttribute, "pool_strings": StringsAttribute, "ngram_counts": IntsAttribute, "ngram_indexes": IntsAttribute,
	"pattern": StringAttribute, "delimiter": StringAttribute, "maxsplit": IntAttribute, "stopwords": StringsAttribute, "locale": StringAttribute,
	"is_case_sensitive": IntAttribute, "case_change_action": StringAttribute,
	"scales": FloatsAttribute, "batch_axis": IntAttribute, "time_axis": IntAttribute, "center_point_box": IntAttribute,
	"align_corners": IntAttribute, "padding_mode": StringAttribute, "offset_group": IntAttribute,
	"output_height": IntAttribute, "output_width": IntAttribute, "sampling_ratio": IntAttribute, "spatial_scale": FloatAttribute, "pooled_shape": IntsAttribute,
}
