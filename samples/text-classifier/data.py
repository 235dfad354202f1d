"""Synthetic customer messages: a few topic words in a lot of small talk, and some wrong labels."""

import random

import torch
from torch.utils.data import Dataset

TOPICS = {
    "billing": "invoice refund charge card payment price receipt tax bank credit fee discount "
    "amount balance total paid debit currency voucher renewal",
    "shipping": "parcel courier delivery tracking box address arrive warehouse customs late van "
    "doorstep signature depot return label weight damaged missing route",
    "technical": "crash error screen install update driver freeze button login bug slow version "
    "reboot battery cable network sync blank plugin setting",
    "account": "password email profile username delete privacy name verify member access locked "
    "security code phone settings register merge owner invite photo",
}
SMALL_TALK = (
    "hello please thanks i my the a it is was not again today yesterday still very and but you can "
    "could help me with about since week when how why what this that there here just really ever never "
    "maybe first last time day hours people team answer question problem issue waiting tried called "
    "wrote got did does have has need want know think new old good bad right wrong one two three"
)

PAD = "<pad>"
CLASSES = list(TOPICS)
WORDS = sorted({word for words in TOPICS.values() for word in words.split()} | set(SMALL_TALK.split()))
VOCAB = {word: index for index, word in enumerate([PAD] + WORDS)}

NUM_TRAIN = 480
NUM_VAL = 240
MAX_LEN = 32
TOPIC_WORD_RATE = 0.25  # the rest is small talk
OFF_TOPIC_RATE = 0.35  # topic words that belong to some other topic
WRONG_LABEL_RATE = 0.06  # people press the wrong button in the form


def write_message(rng: random.Random, topic: str) -> str:
    """Returns one message of 10 to MAX_LEN words about the topic."""
    small_talk = SMALL_TALK.split()
    words = []
    for _ in range(rng.randint(10, MAX_LEN)):
        if rng.random() < TOPIC_WORD_RATE:
            source = rng.choice(CLASSES) if rng.random() < OFF_TOPIC_RATE else topic
            words.append(rng.choice(TOPICS[source].split()))
        else:
            words.append(rng.choice(small_talk))
    return " ".join(words)


def encode(message: str) -> list[int]:
    """Turns a message into MAX_LEN token ids, padded at the end."""
    ids = [VOCAB[word] for word in message.split()][:MAX_LEN]
    return ids + [VOCAB[PAD]] * (MAX_LEN - len(ids))


class MessageDataset(Dataset):
    """Messages as token ids (int64, shape (MAX_LEN,)) with the class as a scalar label."""

    def __init__(self, size: int, seed: int):
        rng = random.Random(seed)
        tokens, labels = [], []
        for _ in range(size):
            label = rng.randrange(len(CLASSES))
            tokens.append(encode(write_message(rng, CLASSES[label])))
            if rng.random() < WRONG_LABEL_RATE:
                label = rng.randrange(len(CLASSES))
            labels.append(label)
        self.tokens = torch.tensor(tokens)
        self.labels = torch.tensor(labels)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.tokens[index], self.labels[index]
