"""Writes reference.bin: for each text of sentences.json the vector that the reference implementation computes with the program's
adapter, as 384 numbers of 16 bits (little endian) in parts of 32,767.

    python3 tests/encoder/reference.py FOLDER

FOLDER has model.safetensors and tokenizer.json of all-MiniLM-L6-v2. Needs the packages torch, safetensors, tokenizers, numpy.
"""
import json
import pathlib
import sys

import numpy
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn.functional import gelu, layer_norm, linear, normalize

HERE = pathlib.Path(__file__).parent
FOLDER = pathlib.Path(sys.argv[1])
WIDTH, HEADS, LAYERS, LONGEST = 384, 12, 6, 256

weights = load_file(FOLDER / "model.safetensors")
tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
tokenizer.enable_truncation(LONGEST)
tokenizer.no_padding()


# What the program adds to the published weights.
adapter = load_file(HERE.parent.parent / "src" / "core" / "network" / "adapter.safetensors")
for name in [name.removesuffix(".lora_A.weight") for name in adapter if name.endswith(".lora_A.weight")]:
    weights[name + ".weight"] += adapter[name + ".lora_B.weight"].float() @ adapter[name + ".lora_A.weight"].float()


def times(x, name):
    return linear(x, weights[name + ".weight"], weights[name + ".bias"])


def norm(x, name):
    return layer_norm(x, (WIDTH,), weights[name + ".weight"], weights[name + ".bias"], 1e-12)


@torch.no_grad()
def encode(text):
    ids = torch.tensor(tokenizer.encode(text).ids)
    embeddings = weights["embeddings.word_embeddings.weight"][ids]
    embeddings = embeddings + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(embeddings + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}."
        heads = (times(x, layer + "attention.self." + part) for part in ("query", "key", "value"))
        q, k, v = (part.view(len(ids), HEADS, -1).transpose(0, 1) for part in heads)
        seen = torch.softmax(q @ k.transpose(1, 2) / (WIDTH / HEADS) ** 0.5, -1) @ v
        seen = seen.transpose(0, 1).reshape(len(ids), WIDTH)
        x = norm(x + times(seen, layer + "attention.output.dense"), layer + "attention.output.LayerNorm")
        inner = gelu(times(x, layer + "intermediate.dense"))
        x = norm(x + times(inner, layer + "output.dense"), layer + "output.LayerNorm")
    return normalize(x.mean(0), dim=0).numpy()


texts = json.loads((HERE / "sentences.json").read_text("utf-8"))
vectors = numpy.stack([encode(text) for text in texts])
numpy.rint(vectors * 32767).astype("<i2").tofile(HERE / "reference.bin")
print(len(texts), "vectors")
