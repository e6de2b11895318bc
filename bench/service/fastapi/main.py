"""The service that Portent is compared with: FastAPI, Pydantic and TorchScript.

The environment variable MODEL names the TorchScript file. Start it with one uvicorn worker a core. As fast as this
stack goes: the handler is a coroutine, since a worker has one core and gains nothing from a pool of threads, and the
answer is JSON as it stands, which saves a second validation.
"""

import os
from typing import List

import torch
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel

SHAPE = (3, 32, 32)

torch.set_num_threads(1)  # a worker has a core
module = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.load(os.environ["MODEL"]).eval()))
with torch.inference_mode():
    for _ in range(3):  # the first runs are profiled and compiled
        module(torch.zeros(1, *SHAPE))

app = FastAPI()


class Picture(BaseModel):
    """One picture, channel first."""

    input: List[List[List[float]]]


class Prediction(BaseModel):
    """The class, and the probability of each."""

    predicted_class: int
    probabilities: List[float]


@app.post("/predict", response_model=Prediction)
async def predict(picture: Picture):
    try:
        x = torch.tensor(picture.input, dtype=torch.float32)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    if x.shape != SHAPE:
        raise HTTPException(422, f"input has the shape {list(x.shape)}, expected {list(SHAPE)}")
    with torch.inference_mode():
        probabilities = torch.softmax(module(x.unsqueeze(0))[0], 0)
    return JSONResponse({"predicted_class": int(probabilities.argmax()), "probabilities": probabilities.tolist()})
