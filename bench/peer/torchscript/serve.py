"""The peer TorchScript, frozen and optimised for inference. It speaks package worker's protocol."""

import json
import sys
import threading
import time

import numpy
import torch


class Model:
    """A loaded model with samples to predict."""

    def __init__(self, config):
        self.config = config
        torch.set_num_threads(config["threads"])
        self.samples = torch.from_numpy(numpy.fromfile(config["samples"], dtype="<f4")).reshape(-1, *config["input_shape"])
        self.module = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.load(config["model"]).eval()))

    def answer(self, request):
        batch = self.samples[: request["batch"]]
        if request.get("output"):
            with torch.inference_mode():
                self.module(batch).numpy().astype("<f4").tofile(request["output"])
            return {"version": "PyTorch " + torch.__version__}
        return self.measure(batch, request["seconds"])

    def measure(self, batch, seconds):
        turns = [[] for _ in range(max(1, self.config["callers"]))]
        end = time.perf_counter() + seconds
        others = [threading.Thread(target=self.repeat, args=(batch, end, turn)) for turn in turns[1:]]
        for other in others:
            other.start()
        self.repeat(batch, end, turns[0])
        for other in others:
            other.join()
        rate = sum(len(turn) / sum(turn) for turn in turns) * len(batch)
        return {"latencies": [t for turn in turns for t in turn], "rate": rate}

    def repeat(self, batch, end, turn):
        with torch.inference_mode():
            now = time.perf_counter()
            while not turn or now < end:
                self.module(batch)
                done = time.perf_counter()
                turn.append(done - now)
                now = done


def main():
    model = Model(json.loads(sys.argv[1]))
    for line in sys.stdin:
        try:
            reply = model.answer(json.loads(line))
        except Exception as error:  # is the answer
            reply = {"error": str(error).strip().splitlines()[-1]}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
