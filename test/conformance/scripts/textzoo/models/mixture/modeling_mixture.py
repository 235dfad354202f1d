import torch
import torch.nn.functional as F
from torch import nn

from ...activations import ACT2FN
from ..decoder.modeling_decoder import (
    DecoderAttention,
    DecoderForCausalLM,
    DecoderLayer,
    DecoderMLP,
    DecoderModel,
    DecoderPreTrainedModel,
    DecoderRMSNorm,
)
from .configuration_mixture import MixtureConfig


class MixtureExpert(nn.Module):
    def __init__(self, config: MixtureConfig):
        super().__init__()
        self.ffn_dim = config.intermediate_size
        self.w1 = nn.Linear(config.n_embd, self.ffn_dim, bias=False)
        self.w2 = nn.Linear(self.ffn_dim, config.n_embd, bias=False)
        self.w3 = nn.Linear(config.n_embd, self.ffn_dim, bias=False)
        self.act_fn = ACT2FN[config.hidden_act]

    def forward(self, hidden_states):
        return self.w2(self.act_fn(self.w1(hidden_states)) * self.w3(hidden_states))


class MixtureExperts(nn.ModuleList):
    def __init__(self, config):
        super().__init__()
        self.num_experts = config.num_experts
        for _ in range(self.num_experts):
            self += [MixtureExpert(config)]

    def forward(self, hidden_states, weights):
        out = torch.zeros_like(hidden_states)
        for i in range(self.num_experts):
            out = out + self[i](hidden_states) * weights[..., i : i + 1]
        return out


class MixtureFused(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate_up_proj = nn.Parameter(torch.empty(config.num_experts, config.hidden_size, 2 * config.intermediate_size))
        self.down_proj = nn.Parameter(torch.empty((config.num_experts, config.intermediate_size, config.hidden_size)))

    def forward(self, x, weights):
        n = self.gate_up_proj.shape[0]
        flat = x.reshape(1, -1, x.shape[-1]).expand(n, -1, -1)
        gate, up = torch.bmm(flat, self.gate_up_proj).chunk(2, dim=-1)
        out = torch.bmm(up * F.silu(gate), self.down_proj).view(n, *x.shape)
        return (out * weights.movedim(-1, 0)[..., None]).sum(0)


class MixtureSparse(nn.Module):
    def __init__(self, config, fused=False):
        super().__init__()
        self.top_k = config.num_experts_per_tok
        self.gate = nn.Linear(config.hidden_size, config.num_local_experts, bias=False)
        self.experts = MixtureFused(config) if fused else MixtureExperts(config)
        if config.shared_size:
            self.shared_expert = DecoderMLP(type("Sizes", (), dict(hidden_size=config.hidden_size, intermediate_size=config.shared_size, mlp_bias=False, hidden_act="gelu_10"))())
        else:
            self.shared_expert = None

    def forward(self, hidden_states):
        router_logits = self.gate(hidden_states)
        routing = F.softmax(router_logits, dim=-1, dtype=torch.float)
        top, index = torch.topk(routing, self.top_k, dim=-1)
        top = top / top.sum(dim=-1, keepdim=True)
        weights = torch.zeros_like(routing).scatter_(-1, index, top)
        out = self.experts(hidden_states, weights)
        if self.shared_expert is not None:
            out = out + self.shared_expert(hidden_states)
        return out


class MixtureLayer(DecoderLayer):
    def __init__(self, config: MixtureConfig, layer_idx: int):
        super().__init__(config, layer_idx)
        if config.layer_types[layer_idx] == "sparse":
            del self.mlp
            self.mlp = MixtureSparse(config, fused=getattr(config, "fused_experts", False))


class MixturePreTrainedModel(DecoderPreTrainedModel):
    config_class = MixtureConfig
    _can_record_outputs = {"hidden_states": MixtureLayer}

    def _init_weights(self, module):
        super()._init_weights(module)
        if isinstance(module, MixtureFused):
            module.gate_up_proj.data.normal_(mean=0.0, std=self.config.initializer_range)


class MixtureModel(DecoderModel, MixturePreTrainedModel):
    def __init__(self, config: MixtureConfig):
        super().__init__(config)
        self.layers = nn.ModuleList([MixtureLayer(config, i) for i in range(config.num_hidden_layers)])
        self.post_init()


class MixtureForCausalLM(DecoderForCausalLM):
    config_class = MixtureConfig

    def __init__(self, config):
        super().__init__(config)
        self.model = MixtureModel(config)
        self.post_init()


__all__ = ["MixtureForCausalLM", "MixtureModel", "MixturePreTrainedModel"]
