"""Makes sentences from a small grammar, in which the tag of some words depends on the words around them."""

import random

import torch
import torch.nn as nn
from torch.utils.data import DataLoader

from model import LSTMTagger

TAGS = ["<pad>", "DET", "ADJ", "NOUN", "VERB", "ADV"]
LEXICON = {
    "DET": ["the", "a", "every", "some", "this"],
    "ADJ": ["small", "green", "heavy", "quiet", "careful", "open", "clean"],
    "NOUN": ["cat", "engine", "river", "teacher", "paint", "open", "run", "book", "clean"],
    "VERB": ["sees", "paint", "open", "run", "book", "likes", "follows", "clean"],
    "ADV": ["slowly", "carefully", "often", "quietly", "never"],
}
MAX_CHARS = 10
WORDS = sorted({word for words in LEXICON.values() for word in words})
WORD_IDS = {word: i + 1 for i, word in enumerate(WORDS)}
CHAR_IDS = {char: i + 1 for i, char in enumerate("abcdefghijklmnopqrstuvwxyz")}


def noun_phrase(rng):
    """Tags of a noun phrase. Without a determiner, "open book" may be read in more than one way."""
    determiner = ["DET"] if rng.random() < 0.6 else []
    return determiner + ["ADJ"] * rng.choice([0, 0, 1, 2]) + ["NOUN"]


def make_sentence(rng):
    """Returns a list of (word, tag)."""
    tags = noun_phrase(rng) + (["ADV"] if rng.random() < 0.3 else []) + ["VERB"] + noun_phrase(rng)
    if rng.random() < 0.4:
        tags.append("ADV")
    return [(rng.choice(LEXICON[tag]), tag) for tag in tags]


def collate(sentences):
    """Pads to (B, T) words, (B, T, MAX_CHARS) characters, (B, T) tags; also the lengths."""
    longest = max(len(s) for s in sentences)
    words = torch.zeros(len(sentences), longest, dtype=torch.long)
    chars = torch.zeros(len(sentences), longest, MAX_CHARS, dtype=torch.long)
    tags = torch.zeros(len(sentences), longest, dtype=torch.long)
    for i, sentence in enumerate(sentences):
        for j, (word, tag) in enumerate(sentence):
            words[i, j] = WORD_IDS[word]
            tags[i, j] = TAGS.index(tag)
            for k, char in enumerate(word[:MAX_CHARS]):
                chars[i, j, k] = CHAR_IDS[char]
    lengths = torch.tensor([len(s) for s in sentences])
    return words, chars, tags, lengths


def main():
    torch.manual_seed(0)
    rng = random.Random(0)
    train = [make_sentence(rng) for _ in range(1200)]
    val = [make_sentence(rng) for _ in range(200)]
    train_loader = DataLoader(train, batch_size=32, shuffle=True, collate_fn=collate)
    val_loader = DataLoader(val, batch_size=64, collate_fn=collate)

    model = LSTMTagger(vocab_size=len(WORD_IDS) + 1, num_chars=len(CHAR_IDS) + 1, num_tags=len(TAGS))
    criterion = nn.CrossEntropyLoss(ignore_index=0)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

    for epoch in range(4):
        model.train()
        for words, chars, tags, lengths in train_loader:
            optimizer.zero_grad()
            logits = model(words, chars, lengths)
            loss = criterion(logits.reshape(-1, len(TAGS)), tags.reshape(-1))
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()

        model.eval()
        right, total = 0, 0
        with torch.no_grad():
            for words, chars, tags, lengths in val_loader:
                predicted = model(words, chars, lengths).argmax(dim=-1)
                real = tags != 0
                right += (predicted[real] == tags[real]).sum().item()
                total += real.sum().item()
        print(f"epoch {epoch + 1}  loss {loss.item():.3f}  word accuracy {right / total:.3f}")


if __name__ == "__main__":
    main()
