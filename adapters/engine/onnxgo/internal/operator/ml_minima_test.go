package operator

import "github.com/portent-go/portent/domain"

func reals(name string, v ...float32) Attribute {
	return Attribute{Name: name, Kind: FloatsAttribute, Floats: v}
}

func held(name string, t domain.Tensor) Attribute {
	return Attribute{Name: name, Kind: TensorAttribute, Tensor: t}
}

// ofML gives an operator of ai.onnx.ml.
func ofML(since, inputs int, attributes ...Attribute) minimum {
	m := from(since, always(inputs, attributes...))
	m.domain = mlDomain
	return m
}

// stump is a tree of one node for feature 0: below 0.5 the first leaf, then the
// second.
func stump(votes string, ids string) []Attribute {
	return []Attribute{
		list("nodes_treeids", 0, 0, 0), list("nodes_nodeids", 0, 1, 2), list("nodes_featureids", 0, 0, 0), reals("nodes_values", 0.5, 0, 0),
		words("nodes_modes", "BRANCH_LEQ", "LEAF", "LEAF"), list("nodes_truenodeids", 1, 0, 0), list("nodes_falsenodeids", 2, 0, 0),
		list(votes+"_treeids", 0, 0), list(votes+"_nodeids", 1, 2), list(ids, 0, 0), reals(votes+"_weights", 0.25, 0.75),
	}
}

// newStump is the same for TreeEnsemble.
func newStump() []Attribute {
	return []Attribute{
		list("tree_roots", 0), list("nodes_featureids", 0), held("nodes_modes", vector[uint8](0)), held("nodes_splits", vector[float32](0.5)),
		list("nodes_truenodeids", 0), list("nodes_trueleafs", 1), list("nodes_falsenodeids", 1), list("nodes_falseleafs", 1),
		list("leaf_targetids", 0, 0), held("leaf_weights", vector[float32](0.25, 0.75)), whole("n_targets", 1),
	}
}

var mlMinima = map[string]minimum{
	"LinearRegressor":  ofML(1, 1, reals("coefficients", 2), reals("intercepts", 1), whole("targets", 1)),
	"LinearClassifier": ofML(1, 1, reals("coefficients", 2), reals("intercepts", 1), list("classlabels_ints", 3, 5)),
	"SVMRegressor":     ofML(1, 1, reals("coefficients", 2), reals("rho", 1), whole("n_supports", 0)),
	"SVMClassifier": ofML(1, 1, reals("coefficients", 2, -2), reals("rho", 1), list("classlabels_ints", 3, 5),
		reals("support_vectors", 1, 2), list("vectors_per_class", 1, 1)),
	"TreeEnsembleRegressor":  ofML(1, 1, append(stump("target", "target_ids"), whole("n_targets", 1))...),
	"TreeEnsembleClassifier": ofML(1, 1, append(stump("class", "class_ids"), list("classlabels_int64s", 3, 5))...),
	"TreeEnsemble":           ofML(5, 1, newStump()...),
	"Scaler":                 ofML(1, 1, reals("offset", 1), reals("scale", 2)),
	"Normalizer":             ofML(1, 1),
	"Imputer":                ofML(1, 1, reals("imputed_value_floats", 1)),
	"Binarizer":              ofML(1, 1),
	"FeatureVectorizer":      ofML(1, 1),
	"ArrayFeatureExtractor":  ofML(1, 2),
	"LabelEncoder": {domain: mlDomain, since: 1, inputs: func(int) int { return 1 }, attrs: func(opset int) []Attribute {
		if opset < 2 {
			return attrs(words("classes_strings", "a", "b"))
		}
		return attrs(list("keys_int64s", 1, 2), words("values_strings", "a", "b"))
	}},
	"CategoryMapper": ofML(1, 1, words("cats_strings", "a", "b"), list("cats_int64s", 1, 2)),
	"OneHotEncoder":  ofML(1, 1, list("cats_int64s", 1, 2)),
	"ZipMap":         ofML(1, 1, list("classlabels_int64s", 1, 2)),
}

var mlKnown = map[string]AttributeKind{
	"post_transform": StringAttribute, "kernel_type": StringAttribute, "norm": StringAttribute, "aggregate_function": StringAttribute,
	"default_string": StringAttribute, "multi_class": IntAttribute, "targets": IntAttribute, "n_targets": IntAttribute, "n_supports": IntAttribute,
	"one_class": IntAttribute, "default_int64": IntAttribute, "zeros": IntAttribute, "replaced_value_int64": IntAttribute,
	"threshold": FloatAttribute, "default_float": FloatAttribute, "replaced_value_float": FloatAttribute,
	"coefficients": FloatsAttribute, "intercepts": FloatsAttribute, "rho": FloatsAttribute, "prob_a": FloatsAttribute, "prob_b": FloatsAttribute,
	"kernel_params": FloatsAttribute, "support_vectors": FloatsAttribute, "offset": FloatsAttribute, "scale": FloatsAttribute,
	"imputed_value_floats": FloatsAttribute, "base_values": FloatsAttribute, "nodes_values": FloatsAttribute, "target_weights": FloatsAttribute,
	"class_weights": FloatsAttribute, "keys_floats": FloatsAttribute, "values_floats": FloatsAttribute,
	"imputed_value_int64s": IntsAttribute, "classlabels_ints": IntsAttribute, "classlabels_int64s": IntsAttribute, "vectors_per_class": IntsAttribute,
	"inputdimensions": IntsAttribute, "keys_int64s": IntsAttribute, "values_int64s": IntsAttribute, "cats_int64s": IntsAttribute,
	"nodes_treeids": IntsAttribute, "nodes_nodeids": IntsAttribute, "nodes_featureids": IntsAttribute, "nodes_truenodeids": IntsAttribute,
	"nodes_falsenodeids": IntsAttribute, "nodes_missing_value_tracks_true": IntsAttribute, "class_ids": IntsAttribute, "class_treeids": IntsAttribute,
	"class_nodeids": IntsAttribute, "target_ids": IntsAttribute, "target_treeids": IntsAttribute, "target_nodeids": IntsAttribute,
	"tree_roots": IntsAttribute, "nodes_trueleafs": IntsAttribute, "nodes_falseleafs": IntsAttribute, "leaf_targetids": IntsAttribute,
	"classlabels_strings": StringsAttribute, "nodes_modes": StringsAttribute, "keys_strings": StringsAttribute, "values_strings": StringsAttribute,
	"cats_strings": StringsAttribute, "classes_strings": StringsAttribute,
	"keys_tensor": TensorAttribute, "values_tensor": TensorAttribute, "default_tensor": TensorAttribute, "base_values_as_tensor": TensorAttribute,
	"nodes_values_as_tensor": TensorAttribute, "nodes_hitrates_as_tensor": TensorAttribute, "target_weights_as_tensor": TensorAttribute,
	"class_weights_as_tensor": TensorAttribute, "membership_values": TensorAttribute, "leaf_weights": TensorAttribute, "nodes_splits": TensorAttribute,
	"nodes_hitrates": FloatsAttribute,
}
