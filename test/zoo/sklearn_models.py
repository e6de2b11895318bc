"""Writes pipelines of scikit-learn, exported by skl2onnx, as cases in ONNX's test
layout: model.onnx, and test_data_set_0 with input_0.pb ... and output_0.pb ...,
which hold ONNX Runtime's answers to random rows.

    python -m venv venv
    venv/bin/pip install scikit-learn skl2onnx onnxruntime "protobuf<7"
    venv/bin/python sklearn_models.py FOLDER

Scores that a model gives as a map for each row (ZipMap) are written as the tensor
[rows, classes] that they are made of. A newer protobuf refuses numpy's booleans,
which skl2onnx gives it for HistGradientBoosting.
"""

import pathlib
import shutil
import sys
import warnings

import numpy as np
import onnxruntime
from onnx import numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn import ensemble, linear_model, naive_bayes, neighbors, neural_network, preprocessing, svm, tree
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline, make_union

ROWS, FEATURES = 200, 5
random = np.random.default_rng(42)
onnxruntime.set_default_logger_severity(3)

# What all models are trained on: numbers, and what becomes of them.
numbers = random.normal(size=(ROWS, FEATURES)).astype(np.float32)
amount = (numbers @ random.normal(size=FEATURES) + 0.3 * random.normal(size=ROWS)).astype(np.float32)
two_classes = (amount > 0).astype(np.int64)
three_classes = np.digitize(amount, [-1, 1]).astype(np.int64) * 10
named_classes = np.array(["low", "middle", "high"])[three_classes // 10]
with_gaps = np.where(random.random(numbers.shape) < 0.15, np.nan, numbers).astype(np.float32)
words = np.array([["red", "green", "blue"][n % 3] for n in random.integers(9, size=ROWS)], dtype=object)
sizes = np.array([["S", "M", "L"][n % 3] for n in random.integers(9, size=ROWS)], dtype=object)

classes = {"binary": two_classes, "multi": three_classes, "names": named_classes}

classifiers = {
    "logistic_regression": linear_model.LogisticRegression(),
    "logistic_regression_ovr": linear_model.LogisticRegressionCV(Cs=2, cv=2),
    "ridge_classifier": linear_model.RidgeClassifier(),
    "sgd_classifier": linear_model.SGDClassifier(loss="log_loss"),
    "perceptron": linear_model.Perceptron(),
    "decision_tree_classifier": tree.DecisionTreeClassifier(max_depth=5),
    "random_forest_classifier": ensemble.RandomForestClassifier(20, max_depth=6),
    "extra_trees_classifier": ensemble.ExtraTreesClassifier(100, max_depth=4),
    "gradient_boosting_classifier": ensemble.GradientBoostingClassifier(n_estimators=20),
    "hist_gradient_boosting_classifier": ensemble.HistGradientBoostingClassifier(max_iter=20),
    "ada_boost_classifier": ensemble.AdaBoostClassifier(n_estimators=5),
    "bagging_classifier": ensemble.BaggingClassifier(n_estimators=3),
    "voting_classifier": ensemble.VotingClassifier([("a", linear_model.LogisticRegression()), ("b", naive_bayes.GaussianNB())], voting="soft", flatten_transform=False),
    "mlp_classifier": neural_network.MLPClassifier((16, 8), max_iter=50),
    "svc": svm.SVC(),
    "svc_probability": svm.SVC(probability=True),
    "svc_poly": svm.SVC(kernel="poly", degree=3, coef0=1.0),
    "svc_sigmoid": svm.SVC(kernel="sigmoid"),
    "linear_svc": svm.LinearSVC(),
    "nu_svc": svm.NuSVC(nu=0.1, probability=True),
    "gaussian_nb": naive_bayes.GaussianNB(),
    "bernoulli_nb": naive_bayes.BernoulliNB(binarize=0.0),
    "k_neighbors_classifier": neighbors.KNeighborsClassifier(),
}

regressors = {
    "linear_regression": linear_model.LinearRegression(),
    "ridge": linear_model.Ridge(),
    "lasso": linear_model.Lasso(0.01),
    "poisson_regressor": linear_model.PoissonRegressor(),
    "decision_tree_regressor": tree.DecisionTreeRegressor(max_depth=5),
    "random_forest_regressor": ensemble.RandomForestRegressor(20, max_depth=6),
    "extra_trees_regressor": ensemble.ExtraTreesRegressor(100, max_depth=4),
    "gradient_boosting_regressor": ensemble.GradientBoostingRegressor(n_estimators=20),
    "hist_gradient_boosting_regressor": ensemble.HistGradientBoostingRegressor(max_iter=20),
    "mlp_regressor": neural_network.MLPRegressor(hidden_layer_sizes=(16, 8), max_iter=50),
    "svr": svm.SVR(),
    "svr_linear": svm.SVR(kernel="linear"),
    "linear_svr": svm.LinearSVR(),
    "k_neighbors_regressor": neighbors.KNeighborsRegressor(),
}

transformers = {
    "standard_scaler": preprocessing.StandardScaler(),
    "min_max_scaler": preprocessing.MinMaxScaler(),
    "max_abs_scaler": preprocessing.MaxAbsScaler(),
    "robust_scaler": preprocessing.RobustScaler(),
    "normalizer_l1": preprocessing.Normalizer("l1"),
    "normalizer_l2": preprocessing.Normalizer("l2"),
    "normalizer_max": preprocessing.Normalizer("max"),
    "binarizer": preprocessing.Binarizer(threshold=0.5),
    "polynomial_features": preprocessing.PolynomialFeatures(2),
    "k_bins_discretizer": preprocessing.KBinsDiscretizer(4),
    "power_transformer": preprocessing.PowerTransformer(),
    "pca": PCA(3),
    "k_means": KMeans(4, n_init=2),
    "union": make_union(preprocessing.StandardScaler(), preprocessing.MinMaxScaler()),
}


def pipelines():
    """Yields a name, a pipeline that is fitted, rows to predict, and options."""
    for name, model in classifiers.items():
        for kind, labels in classes.items():
            model.fit(numbers, labels)
            yield f"{name}_{kind}", model, numbers, {} if name == "linear_svc" else {"zipmap": False}
    for name in ("logistic_regression", "random_forest_classifier", "svc_probability"):
        for kind, labels in classes.items():
            yield f"{name}_{kind}_zipmap", classifiers[name].fit(numbers, labels), numbers, {}
    for name, model in regressors.items():
        yield name, model.fit(numbers, np.exp(amount / 4) if name == "poisson_regressor" else amount), numbers, {}
    targets = np.stack([amount, -2 * amount, amount**2], axis=1)
    for name in ("linear_regression", "random_forest_regressor", "mlp_regressor"):
        yield f"{name}_three_targets", regressors[name].fit(numbers, targets), numbers, {}
    for name, model in transformers.items():
        yield name, model.fit(numbers), numbers, {}
    imputer = SimpleImputer(strategy="median")
    yield "simple_imputer", imputer.fit(with_gaps), with_gaps, {}
    for name in ("hist_gradient_boosting_classifier", "hist_gradient_boosting_regressor"):
        model = {**classifiers, **regressors}[name]
        yield f"{name}_with_gaps", model.fit(with_gaps, two_classes), with_gaps, {"zipmap": False} if "classifier" in name else {}
    chain = make_pipeline(SimpleImputer(), preprocessing.StandardScaler(), linear_model.LogisticRegression())
    yield "chain", chain.fit(with_gaps, named_classes), with_gaps, {}
    yield from encoders()


def encoders():
    """Yields what takes columns of strings."""
    table = {"number": numbers[:, :1], "word": words[:, None], "size": sizes[:, None]}
    texts = np.concatenate([table["word"], table["size"]], axis=1)
    yield "one_hot_encoder", preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(texts), texts, {}
    yield "ordinal_encoder", preprocessing.OrdinalEncoder().fit(texts), texts, {}
    yield "label_encoder", preprocessing.LabelEncoder().fit(words), words, {}
    columns = ColumnTransformer([
        ("number", preprocessing.StandardScaler(), [0]),
        ("texts", preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False), [1, 2]),
    ])
    mixed = np.concatenate([table["number"].astype(object), texts], axis=1)
    for name, last in (("logistic_regression", linear_model.LogisticRegression()), ("random_forest", ensemble.RandomForestClassifier(10, max_depth=4))):
        yield f"columns_{name}", make_pipeline(columns, last).fit(mixed, two_classes), table, {}


def export(model, rows, options):
    """Returns the ONNX model, and the rows as its inputs are called."""
    if isinstance(rows, dict):
        types = [(name, StringTensorType([None, 1]) if column.dtype == object else FloatTensorType([None, 1])) for name, column in rows.items()]
    else:
        shape = [None, *rows.shape[1:]]
        types = [("X", StringTensorType(shape) if rows.dtype == object else FloatTensorType(shape))]
        rows = {"X": rows}
    options = {id(model): options} if options else None
    return to_onnx(model, initial_types=types, options=options), rows


def plain(answer):
    """Returns an answer as an array: scores by label as [rows, classes]."""
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        return np.array([list(row.values()) for row in answer], dtype=np.float32)
    answer = np.asarray(answer)
    return answer.astype(object) if answer.dtype.kind == "U" else answer


def write(folder, model, inputs):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    answers = session.run(None, inputs)
    data = folder / "test_data_set_0"
    data.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    for prefix, values in (("input", inputs.items()), ("output", [(o.name, plain(a)) for o, a in zip(session.get_outputs(), answers, strict=True)])):
        for i, (name, value) in enumerate(values):
            (data / f"{prefix}_{i}.pb").write_bytes(numpy_helper.from_array(value, name).SerializeToString())


def main(target):
    warnings.simplefilter("ignore")
    shutil.rmtree(target, ignore_errors=True)
    for name, model, rows, options in pipelines():
        some = {key: column[:16] for key, column in rows.items()} if isinstance(rows, dict) else rows[:16]
        try:
            exported, inputs = export(model, some, options)
            write(target / f"sklearn_{name}", exported, inputs)
        except Exception as cause:  # noqa: BLE001 - one pipeline must not cost the others
            shutil.rmtree(target / f"sklearn_{name}", ignore_errors=True)
            print(f"{name}: {type(cause).__name__}: {str(cause).splitlines()[0][:200]}", file=sys.stderr)
    print(f"{len(list(target.glob('sklearn_*')))} pipelines in {target}")


main(pathlib.Path(sys.argv[1]))
