# Bases that add no parameters, for when their packages are not on the search path.


class PyTorchModelHubMixin:
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__()

    def save_pretrained(self, *args, **kwargs):
        pass

    def push_to_hub(self, *args, **kwargs):
        pass
