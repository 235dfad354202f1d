# LightningModule: a module with a training loop around it; its own constructor registers nothing.
# Module and _save_hyperparameters are given.
import torch


class AttributeDict(dict):
    def __getattr__(self, key):
        try:
            return self[key]
        except KeyError as error:
            raise AttributeError(f"Missing attribute '{key}'") from error

    def __setattr__(self, key, value):
        self[key] = value


class HyperparametersMixin:
    save_hyperparameters = _save_hyperparameters

    @property
    def hparams(self):
        if "_hparams" not in self.__dict__:
            self._hparams = AttributeDict()
        return self._hparams

    @property
    def hparams_initial(self):
        return AttributeDict(self.hparams)

    def _set_hparams(self, values):
        if not isinstance(values, dict):
            values = vars(values)
        merged = AttributeDict(self.hparams)
        merged.update(values)
        self._hparams = merged


class LightningModule(HyperparametersMixin, Module):
    CHECKPOINT_HYPER_PARAMS_KEY = "hyper_parameters"

    def __init__(self, *args, **kwargs):
        super().__init__()
        self._automatic_optimization = True
        self._trainer = None
        self._example_input_array = None

    @property
    def automatic_optimization(self):
        return self._automatic_optimization

    @automatic_optimization.setter
    def automatic_optimization(self, value):
        self._automatic_optimization = value

    @property
    def example_input_array(self):
        return self._example_input_array

    @example_input_array.setter
    def example_input_array(self, value):
        self._example_input_array = value

    @property
    def trainer(self):
        return self._trainer

    @trainer.setter
    def trainer(self, value):
        self._trainer = value

    @property
    def logger(self):
        return None

    @property
    def loggers(self):
        return []

    @property
    def device(self):
        return torch.device("cpu")

    @property
    def dtype(self):
        return torch.get_default_dtype()

    @property
    def current_epoch(self):
        return 0

    @property
    def global_step(self):
        return 0

    @property
    def global_rank(self):
        return 0

    @property
    def local_rank(self):
        return 0

    @property
    def on_gpu(self):
        return False

    def log(self, *args, **kwargs):
        pass

    def log_dict(self, *args, **kwargs):
        pass

    def print(self, *args, **kwargs):
        pass

    def freeze(self):
        for parameter in self.parameters():
            parameter.requires_grad = False
        self.eval()

    def unfreeze(self):
        for parameter in self.parameters():
            parameter.requires_grad = True
        self.train()

    def manual_backward(self, loss, *args, **kwargs):
        loss.backward(*args, **kwargs)

    def all_gather(self, data, group=None, sync_grads=False):
        return data

    def configure_optimizers(self):
        return None


class LightningDataModule(HyperparametersMixin):
    def __init__(self):
        self.trainer = None

    def prepare_data(self):
        pass

    def setup(self, stage=None):
        pass

    def teardown(self, stage=None):
        pass
