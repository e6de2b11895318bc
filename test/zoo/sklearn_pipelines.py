"""Pipelines of scikit-learn, fitted to random rows: classifiers for labels of all
kinds, regressors, and what prepares columns for them."""

import numpy as np
from sklearn import calibration, discriminant_analysis, ensemble, gaussian_process, linear_model, mixture, multiclass
from sklearn import naive_bayes, neighbors, neural_network, preprocessing, random_projection, svm, tree
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA, IncrementalPCA, KernelPCA, TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline, make_union

ROWS, FEATURES = 200, 5
np.random.seed(42)  # what the models draw from
random = np.random.default_rng(42)

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
    "k_neighbors_classifier_weighted": neighbors.KNeighborsClassifier(weights="distance"),
    "k_neighbors_classifier_manhattan": neighbors.KNeighborsClassifier(metric="manhattan"),
    "linear_discriminant_analysis": discriminant_analysis.LinearDiscriminantAnalysis(),
    "quadratic_discriminant_analysis": discriminant_analysis.QuadraticDiscriminantAnalysis(),
    "one_vs_rest": multiclass.OneVsRestClassifier(linear_model.LogisticRegression()),
    "calibrated_sigmoid": calibration.CalibratedClassifierCV(linear_model.LogisticRegression(), cv=2),
    "calibrated_isotonic": calibration.CalibratedClassifierCV(linear_model.LogisticRegression(), cv=2, method="isotonic"),
    "stacking_classifier": ensemble.StackingClassifier([("a", linear_model.LogisticRegression()), ("b", tree.DecisionTreeClassifier(max_depth=3))], cv=2),
    "sgd_classifier_hinge": linear_model.SGDClassifier(),
    "sgd_classifier_huber": linear_model.SGDClassifier(loss="modified_huber"),
    "extra_tree_classifier": tree.ExtraTreeClassifier(max_depth=3),
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
    "k_neighbors_regressor_weighted": neighbors.KNeighborsRegressor(weights="distance"),
    "gaussian_process": gaussian_process.GaussianProcessRegressor(gaussian_process.kernels.RBF(2.0), alpha=0.1, optimizer=None),
    "gaussian_process_matern": gaussian_process.GaussianProcessRegressor(gaussian_process.kernels.Matern(2.0), alpha=0.1, optimizer=None),
    "bayesian_ridge": linear_model.BayesianRidge(),
    "huber_regressor": linear_model.HuberRegressor(),
    "ransac_regressor": linear_model.RANSACRegressor(),
    "sgd_regressor": linear_model.SGDRegressor(),
    "elastic_net": linear_model.ElasticNet(0.01),
    "tweedie_regressor": linear_model.TweedieRegressor(power=1),
    "gamma_regressor": linear_model.GammaRegressor(),
    "nu_svr": svm.NuSVR(),
    "bagging_regressor": ensemble.BaggingRegressor(n_estimators=3),
    "ada_boost_regressor": ensemble.AdaBoostRegressor(n_estimators=3),
    "voting_regressor": ensemble.VotingRegressor([("a", linear_model.LinearRegression()), ("b", tree.DecisionTreeRegressor(max_depth=3))]),
    "stacking_regressor": ensemble.StackingRegressor([("a", linear_model.LinearRegression()), ("b", tree.DecisionTreeRegressor(max_depth=3))], cv=2),
    "pls_regression": PLSRegression(2),
}

# What is trained on amounts above 0.
positive = ("poisson_regressor", "tweedie_regressor", "gamma_regressor")

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
    "k_bins_discretizer": preprocessing.KBinsDiscretizer(4, encode="onehot-dense"),
    "k_bins_discretizer_ordinal": preprocessing.KBinsDiscretizer(4, encode="ordinal"),
    "quantile_transformer": preprocessing.QuantileTransformer(n_quantiles=20),
    "power_transformer": preprocessing.PowerTransformer(),
    "pca": PCA(3),
    "incremental_pca": IncrementalPCA(2),
    "kernel_pca": KernelPCA(2, kernel="rbf"),
    "truncated_svd": TruncatedSVD(2),
    "random_projection": random_projection.GaussianRandomProjection(2),
    "variance_threshold": VarianceThreshold(0.9),
    "k_means": KMeans(4, n_init=2),
    "gaussian_mixture": mixture.GaussianMixture(3),
    "isolation_forest": ensemble.IsolationForest(n_estimators=10),
    "one_class_svm": svm.OneClassSVM(),
    "local_outlier_factor": neighbors.LocalOutlierFactor(novelty=True),
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
        yield name, model.fit(numbers, np.exp(amount / 4) if name in positive else amount), numbers, {}
    targets = np.stack([amount, -2 * amount, amount**2], axis=1)
    for name in ("linear_regression", "random_forest_regressor", "mlp_regressor"):
        yield f"{name}_three_targets", regressors[name].fit(numbers, targets), numbers, {}
    for name, model in transformers.items():
        yield name, model.fit(numbers), numbers, {}
    yield "multi_output", MultiOutputRegressor(linear_model.Ridge()).fit(numbers, targets), numbers, {}
    yield "select_k_best", SelectKBest(k=2).fit(numbers, two_classes), numbers, {}
    counts = np.round(np.abs(numbers))
    for name, model in (("multinomial_nb", naive_bayes.MultinomialNB()), ("complement_nb", naive_bayes.ComplementNB()), ("categorical_nb", naive_bayes.CategoricalNB())):
        yield name, model.fit(counts, three_classes), counts, {"zipmap": False}
    yield from gaps()
    yield from encoders()
    yield from texts()


def gaps():
    """Yields what takes rows with gaps."""
    imputers = {"simple_imputer": SimpleImputer(strategy="median"), "simple_imputer_frequent": SimpleImputer(strategy="most_frequent"), "knn_imputer": KNNImputer()}
    for name, imputer in imputers.items():
        yield name, imputer.fit(with_gaps), with_gaps, {}
    for name in ("hist_gradient_boosting_classifier", "hist_gradient_boosting_regressor"):
        model = {**classifiers, **regressors}[name]
        yield f"{name}_with_gaps", model.fit(with_gaps, two_classes), with_gaps, {"zipmap": False} if "classifier" in name else {}
    chain = make_pipeline(SimpleImputer(), preprocessing.StandardScaler(), linear_model.LogisticRegression())
    yield "chain", chain.fit(with_gaps, named_classes), with_gaps, {}


def encoders():
    """Yields what takes columns of strings."""
    table = {"number": numbers[:, :1], "word": words[:, None], "size": sizes[:, None]}
    both = np.concatenate([table["word"], table["size"]], axis=1)
    yield "one_hot_encoder", preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(both), both, {}
    yield "ordinal_encoder", preprocessing.OrdinalEncoder().fit(both), both, {}
    yield "label_encoder", preprocessing.LabelEncoder().fit(words), words, {}
    columns = ColumnTransformer([
        ("number", preprocessing.StandardScaler(), [0]),
        ("texts", preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False), [1, 2]),
    ])
    mixed = np.concatenate([table["number"].astype(object), both], axis=1)
    for name, last in (("logistic_regression", linear_model.LogisticRegression()), ("random_forest", ensemble.RandomForestClassifier(10, max_depth=4))):
        yield f"columns_{name}", make_pipeline(columns, last).fit(mixed, two_classes), table, {}


def texts():
    """Yields what counts words."""
    lines = np.array([f"{a} {b}, and the {c}s" for a, b, c in zip(words, sizes, words[::-1], strict=True)], dtype=object)
    vectorizers = {"count": CountVectorizer(lowercase=False), "tfidf": TfidfVectorizer(lowercase=False), "characters": CountVectorizer(lowercase=False, analyzer="char", ngram_range=(1, 2))}
    for name, vectorizer in vectorizers.items():
        yield f"{name}_vectorizer", vectorizer.fit(lines), lines[:, None], {}
    yield "tfidf_logistic_regression", make_pipeline(TfidfVectorizer(lowercase=False), linear_model.LogisticRegression()).fit(lines, two_classes), lines[:, None], {}
