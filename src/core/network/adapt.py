#!/usr/bin/env python3
"""Makes `adapter.safetensors`: what is added to the published weights of all-MiniLM-L6-v2, so that texts that the same topic of the
guide answers, and to a lesser degree the same section, point the same way.

    pip install numpy torch safetensors tokenizers
    cargo run --release --no-default-features --example corpus -- knowledge > corpus.json
    python3 src/core/network/adapt.py FOLDER_OF_THE_MODEL corpus.json [FILE_OF_SENTENCES...]

The folder has `model.safetensors` and `tokenizer.json`. Takes half an hour on two cores. Each matrix of the six layers gets a product
of two narrow ones (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021), 664,000 numbers in all. They are trained
with a direction for each section and each kind of message out of scope (Zhai and Wu, "Classification is a Strong Baseline for Deep
Metric Learning", 2019), which are thrown away afterwards.

To keep the encoder useful for other texts, training also holds the vectors of the lexicon's phrases, and of the sentences in the
files (one a line), where they are without the adapter. The adapter that ships was made with the examples of CLINC150.

The published weights are under the Apache License 2.0, and so is the adapter.

An adapter has seen everything in the corpus, so that nothing measured on that says how good it is. To fit the decision, and to
measure, `corpus -- knowledge part` prints the corpus without a sixth of its texts and a fifth of its topics. Make an adapter from
that, run `fit_decision`, which asks what was left out, and then make the one that ships.
"""
import json
import pathlib
import random
import sys

import numpy
import torch
from minilm import LAYERS, WIDTH, MiniLM
from safetensors.torch import save_file
from torch.nn.functional import log_softmax, normalize, one_hot

HERE = pathlib.Path(__file__).parent
RANK = 16
EPOCHS, BATCH, RATE, SCALE = 4, 64, 1e-3, 16
# How many phrases and how many sentences are held in place, how many of them each batch checks, and the weight of that loss.
KEPT, KEPT_OF_BATCH, KEEPING = 6_000, 20, 6.0
# What finding the section counts, where finding the topic counts one.
SECTION = 0.3
torch.manual_seed(1), numpy.random.seed(1), random.seed(1)

folder, corpus_file, *files = map(pathlib.Path, sys.argv[1:])
network = MiniLM(folder, longest=96)
PARTS = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense"]
adapter = {}
for name in (f"encoder.layer.{layer}.{part}" for layer in range(LAYERS) for part in PARTS):
    rows, columns = network.weights[f"{name}.weight"].shape
    adapter[f"{name}.lora_A.weight"] = torch.nn.Parameter(torch.randn(RANK, columns) / columns**0.5)
    adapter[f"{name}.lora_B.weight"] = torch.nn.Parameter(torch.zeros(rows, RANK))

# Each text with what answers it: topics and sections by number, -1 for a topic as a whole. Kinds out of scope follow the topics.
corpus = json.loads(corpus_file.read_text())
examples = []
for topic, of in enumerate(corpus["topics"]):
    examples += [(text, [(topic, -1)]) for text in [of["title"], *of["phrasings"]] if text]
    for number, section in enumerate(of["sections"]):
        examples += [(text, [(topic, number)]) for text in [section["heading"], *section["phrasings"]] if text]
for message in corpus["messages"]:
    examples.append((message["text"], [(topic, -1 if section is None else section) for topic, section in message["answers"]]))
for kind, texts in enumerate(corpus["out_of_scope"], len(corpus["topics"])):
    examples += [(text, [(kind, 0)]) for text in texts]
classes = len(corpus["topics"]) + len(corpus["out_of_scope"])
places = {}
for _, answers in examples:
    for place in answers:
        places.setdefault(place, len(places))
topic_of_place = one_hot(torch.tensor([topic for topic, _ in places]), classes).float()
right_topics, right_places = torch.zeros(len(examples), classes), torch.zeros(len(examples), len(places))
for number, (_, answers) in enumerate(examples):
    for topic, section in answers:
        right_topics[number, topic] = 1
        right_places[number, places[topic, section]] = section >= 0

lines = (HERE.parent / "search" / "english.txt").read_text().splitlines()
phrases = [phrase.strip() for line in lines if not line.startswith("#") for phrase in line.split("|") if phrase.strip()]
sentences = [line for path in files for line in path.read_text().splitlines() if line.strip()]
kept = network.tokens([text for texts in (phrases, sentences) for text in random.sample(texts, min(KEPT, len(texts)))])
kept_vectors = network.embed_all(kept)
texts = network.tokens([text for text, _ in examples])
directions = torch.zeros(len(places), WIDTH)
for (_, answers), vector in zip(examples, network.embed_all(texts)):
    directions[places[answers[0]]] += vector
directions = torch.nn.Parameter(normalize(directions + 1e-3 * torch.randn_like(directions), dim=1))

optimiser = torch.optim.Adam([{"params": adapter.values(), "rate": RATE}, {"params": [directions], "rate": 5 * RATE}])
steps, step = EPOCHS * -(-len(texts) // BATCH), 0
for epoch in range(EPOCHS):
    # Texts of about the same length together.
    batches, order = [], numpy.random.permutation(len(texts))
    for start in range(0, len(order), 16 * BATCH):
        some = sorted(order[start : start + 16 * BATCH], key=lambda text: len(texts[text]))
        batches += [some[at : at + BATCH] for at in range(0, len(some), BATCH)]
    random.shuffle(batches)
    for batch in batches:
        step += 1
        for group in optimiser.param_groups:
            group["lr"] = group["rate"] * min(1, step / 50) * (1 - step / steps)
        of_places = log_softmax(SCALE * network.embed([texts[text] for text in batch], adapter) @ normalize(directions, dim=1).T, 1)
        of_topics = of_places.exp() @ topic_of_place
        right = right_topics[batch]
        # As for the classifier: half goes to all topics that answer, half to those that already seem right.
        loss = -0.5 * ((of_topics * right).sum(1) + 1e-9).log().mean()
        loss = loss - 0.5 * (((of_topics + 1e-9).log() * right).sum(1) / right.sum(1)).mean()
        right = right_places[batch]
        known = right.sum(1) > 0
        if known.any():
            loss = loss - SECTION * torch.logsumexp(of_places[known].masked_fill(right[known] == 0, -1e9), 1).mean()
        some = numpy.random.randint(0, len(kept), KEPT_OF_BATCH)
        moved = (1 - (network.embed([kept[text] for text in some], adapter) * kept_vectors[some]).sum(1)).mean()
        optimiser.zero_grad(), (loss + KEEPING * moved).backward(), optimiser.step()
        if step % 50 == 0:
            print(f"step {step} of {steps}: loss {loss.item():.3f}, the others moved by {moved.item():.4f}", flush=True)

save_file({name: matrix.detach().bfloat16() for name, matrix in adapter.items()}, HERE / "adapter.safetensors")
