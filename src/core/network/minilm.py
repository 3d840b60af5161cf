"""The network all-MiniLM-L6-v2 in torch, for the scripts that learn from it: `adapt.py` and `../search/meaning/distill.py`. What it
computes is what `tests/encoder/reference.py` computes one text at a time.
"""
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn.functional import gelu, layer_norm, normalize, scaled_dot_product_attention

WIDTH, HEADS, LAYERS, BATCH = 384, 12, 6, 64


class MiniLM:
    """The network, from a folder with `model.safetensors` and `tokenizer.json`. The rest of a text of more tokens is ignored."""

    def __init__(self, folder, longest):
        self.weights = {name.removeprefix("bert."): weight for name, weight in load_file(f"{folder}/model.safetensors").items()}
        self.tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
        self.tokenizer.enable_truncation(longest), self.tokenizer.no_padding()

    def tokens(self, texts):
        return [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]

    def linear(self, x, name, adapter):
        y = torch.nn.functional.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])
        return y + x @ adapter[f"{name}.lora_A.weight"].T @ adapter[f"{name}.lora_B.weight"].T if adapter else y

    def norm(self, x, name):
        return layer_norm(x, (WIDTH,), self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], 1e-12)

    def embed(self, texts, adapter=None):
        """The vectors of texts, given as tokens: six layers of BERT, the mean of a text's tokens, unit length."""
        count, length = len(texts), max(map(len, texts))
        ids, mask = torch.zeros(count, length, dtype=torch.long), torch.zeros(count, length)
        for row, text in enumerate(texts):
            ids[row, : len(text)], mask[row, : len(text)] = torch.tensor(text), 1
        x = self.weights["embeddings.word_embeddings.weight"][ids] + self.weights["embeddings.position_embeddings.weight"][:length]
        x = self.norm(x + self.weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        hidden = (1 - mask[:, None, None, :]) * -1e9
        for layer in (f"encoder.layer.{number}." for number in range(LAYERS)):
            heads = (self.linear(x, f"{layer}attention.self.{part}", adapter) for part in ("query", "key", "value"))
            query, key, value = (part.view(count, length, HEADS, -1).transpose(1, 2) for part in heads)
            seen = scaled_dot_product_attention(query, key, value, attn_mask=hidden).transpose(1, 2).reshape(count, length, WIDTH)
            x = self.norm(x + self.linear(seen, f"{layer}attention.output.dense", adapter), f"{layer}attention.output.LayerNorm")
            inner = gelu(self.linear(x, f"{layer}intermediate.dense", adapter))
            x = self.norm(x + self.linear(inner, f"{layer}output.dense", adapter), f"{layer}output.LayerNorm")
        return normalize((x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True), dim=1)

    @torch.no_grad()
    def embed_all(self, texts):
        """The vectors of any number of texts, given as tokens, those of about the same length together."""
        vectors = torch.zeros(len(texts), WIDTH)
        order = sorted(range(len(texts)), key=lambda text: len(texts[text]))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            vectors[batch] = self.embed([texts[text] for text in batch])
        return vectors
