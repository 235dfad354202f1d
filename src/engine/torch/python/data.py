# torch.utils.data: datasets and loaders. A loader gives one kind of batch as often as its data goes.
# _unknown(reason), _stack_like(sample, count) and _batch_size() are given.
import math

import torch


class Dataset:
    def __getitem__(self, index):
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other):
        return ConcatDataset([self, other])

    def __class_getitem__(cls, item):
        return cls


class MapDataPipe(Dataset):
    pass


class IterableDataset(Dataset):
    def __add__(self, other):
        return ChainDataset([self, other])


class IterDataPipe(IterableDataset):
    pass


class TensorDataset(Dataset):
    def __init__(self, *tensors):
        if any(tensors[0].size(0) != tensor.size(0) for tensor in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self):
        return self.tensors[0].size(0)


class StackDataset(Dataset):
    def __init__(self, *args, **kwargs):
        self.datasets = args or kwargs

    def __len__(self):
        return len(next(iter(self.datasets.values() if isinstance(self.datasets, dict) else self.datasets)))

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {key: dataset[index] for key, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)


class ConcatDataset(Dataset):
    def __init__(self, datasets):
        self.datasets = list(datasets)

    def __len__(self):
        return sum(len(dataset) for dataset in self.datasets)

    def __getitem__(self, index):
        return self.datasets[0][0]


class ChainDataset(IterableDataset):
    def __init__(self, datasets):
        self.datasets = datasets

    def __iter__(self):
        for dataset in self.datasets:
            yield from dataset


class Subset(Dataset):
    def __init__(self, dataset, indices):
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index):
        return self.dataset[0 if not isinstance(index, int) else self.indices[index]]

    def __len__(self):
        return len(self.indices)


def random_split(dataset, lengths, generator=None):
    if all(isinstance(length, float) for length in lengths) and math.isclose(sum(lengths), 1):
        total = len(dataset)
        sizes = [int(math.floor(total * fraction)) for fraction in lengths]
        for i in range(total - sum(sizes)):
            sizes[i % len(sizes)] += 1
        lengths = sizes
    subsets = []
    start = 0
    for length in lengths:
        subsets.append(Subset(dataset, range(start, start + length)))
        start += length
    return subsets


class Sampler:
    def __init__(self, data_source=None):
        self.data_source = data_source

    def __class_getitem__(cls, item):
        return cls


class SequentialSampler(Sampler):
    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Sampler):
    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples

    def __len__(self):
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self):
        return iter(_unknown("a random sampler gives its indices at run time"))


class SubsetRandomSampler(Sampler):
    def __init__(self, indices, generator=None):
        self.indices = indices

    def __len__(self):
        return len(self.indices)

    def __iter__(self):
        return iter(_unknown("a random sampler gives its indices at run time"))


class WeightedRandomSampler(Sampler):
    def __init__(self, weights, num_samples, replacement=True, generator=None):
        self.weights = weights
        self.num_samples = num_samples
        self.replacement = replacement

    def __len__(self):
        return self.num_samples

    def __iter__(self):
        return iter(_unknown("a random sampler gives its indices at run time"))


class DistributedSampler(Sampler):
    def __init__(self, dataset, num_replicas=None, rank=None, shuffle=True, seed=0, drop_last=False):
        self.dataset = dataset
        self.num_replicas = num_replicas or 1
        self.rank = rank or 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __len__(self):
        return math.ceil(len(self.dataset) / self.num_replicas)

    def __iter__(self):
        return iter(_unknown("a distributed sampler gives its indices at run time"))


class BatchSampler(Sampler):
    def __init__(self, sampler, batch_size, drop_last):
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __len__(self):
        if self.drop_last:
            return len(self.sampler) // self.batch_size
        return (len(self.sampler) + self.batch_size - 1) // self.batch_size

    def __iter__(self):
        return iter(_unknown("a sampler gives its indices at run time"))


def default_collate(batch):
    return _stack_like(batch[0], len(batch))


def default_convert(data):
    return data


def get_worker_info():
    return None


class DataLoader:
    def __init__(self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0, collate_fn=None,
                 pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None, multiprocessing_context=None,
                 generator=None, *, prefetch_factor=None, persistent_workers=False, pin_memory_device="", in_order=True):
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.pin_memory = pin_memory
        self.drop_last = drop_last
        self.timeout = timeout
        self.generator = generator

    def __len__(self):
        total = len(self.dataset) if self.sampler is None else len(self.sampler)
        if self.batch_sampler is not None:
            return len(self.batch_sampler)
        if self.batch_size is None:
            return total
        if self.drop_last:
            return total // self.batch_size
        return (total + self.batch_size - 1) // self.batch_size

    # In a rehearsal one full batch stands for all of them.
    def __iter__(self):
        if isinstance(self.dataset, IterableDataset) or self.batch_sampler is not None or self.batch_size is None:
            return iter(_unknown("what a loader gives is known only at run time"))
        if self.collate_fn is not None:
            return iter(_unknown("what a loader's own collate_fn gives is known only at run time"))
        size = _batch_size()
        if size is None:
            return iter(_unknown("what a loader gives is known only at run time"))
        return iter([_stack_like(self.dataset[0], size)])

    def __class_getitem__(cls, item):
        return cls

