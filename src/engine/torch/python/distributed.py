# torch.distributed: one process, nothing initialised.


class ReduceOp:
    SUM = "sum"
    AVG = "avg"
    PRODUCT = "product"
    MIN = "min"
    MAX = "max"


class group:
    WORLD = None


class GroupMember:
    WORLD = None
    NON_GROUP_MEMBER = None


class ProcessGroup:
    pass


class Backend(str):
    pass


def is_available():
    return True


def is_initialized():
    return False


def is_torchelastic_launched():
    return False


def is_nccl_available():
    return False


def is_gloo_available():
    return True


def is_mpi_available():
    return False


def init_process_group(*args, **kwargs):
    return None


def destroy_process_group(group=None):
    return None


def get_rank(group=None):
    return 0


def get_world_size(group=None):
    return 1


def get_backend(group=None):
    return "gloo"


def new_group(*args, **kwargs):
    return None


def barrier(*args, **kwargs):
    return None


def broadcast(tensor, src=0, group=None, async_op=False, **rest):
    return None


def all_reduce(tensor, op=None, group=None, async_op=False):
    return None


def reduce(tensor, dst=0, op=None, group=None, async_op=False):
    return None


def all_gather(tensor_list, tensor, group=None, async_op=False):
    return None


def all_gather_object(object_list, obj, group=None):
    return None


def broadcast_object_list(object_list, src=0, group=None, device=None):
    return None
