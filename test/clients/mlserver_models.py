"""Writes models for MLServer, with its settings:

    python mlserver_models.py FOLDER HTTP_PORT GRPC_PORT

There are
  iris    scikit-learn's classifier of flowers: FP32 x [-1,4] -> INT64 predict
          [-1,1], FP64 predict_proba [-1,3]; it computes only what is asked for
  echo    tensors of several datatypes, NAME -> NAME_out; its code is below
  silent  iris again, of which MLServer does not say what it takes and gives
"""

import json
import pathlib
import sys

import joblib
from mlserver import MLModel
from mlserver.types import InferenceRequest, InferenceResponse, ResponseOutput
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

DATATYPES = ["BOOL", "INT32", "INT64", "UINT8", "FP32", "FP64", "BYTES"]


class Echo(MLModel):
    """Answers with its inputs."""

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        outputs = [ResponseOutput(name=i.name + "_out", shape=i.shape, datatype=i.datatype, data=i.data) for i in payload.inputs]
        return InferenceResponse(model_name=self.name, outputs=outputs)


def tensor(name, datatype, shape):
    return {"name": name, "datatype": datatype, "shape": shape}


def main(folder, http_port, grpc_port):
    folder = pathlib.Path(folder)
    rows, classes = load_iris(return_X_y=True)
    trained = LogisticRegression(max_iter=1000).fit(rows, classes)
    outputs = [tensor("predict", "INT64", [-1, 1]), tensor("predict_proba", "FP64", [-1, 3])]
    sklearn = {"implementation": "mlserver_sklearn.SKLearnModel", "parameters": {"uri": "./model.joblib", "version": "1"}}
    settings = {
        "iris": {**sklearn, "inputs": [tensor("x", "FP32", [-1, 4])], "outputs": outputs},
        "silent": sklearn,
        "echo": {
            "implementation": "mlserver_models.Echo",
            "inputs": [tensor(kind, kind, [-1, 2]) for kind in DATATYPES],
            "outputs": [tensor(kind + "_out", kind, [-1, 2]) for kind in DATATYPES],
        },
    }
    for name, of in settings.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "model-settings.json").write_text(json.dumps({"name": name, **of}))
        if "uri" in of.get("parameters", {}):
            joblib.dump(trained, folder / name / "model.joblib")
    (folder / "settings.json").write_text(
        json.dumps({"host": "127.0.0.1", "http_port": int(http_port), "grpc_port": int(grpc_port), "metrics_endpoint": None, "parallel_workers": 0, "debug": False})
    )


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
