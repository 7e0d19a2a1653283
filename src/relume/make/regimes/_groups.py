"""The parameters of a net by group; each group has its own factor of the learning rate."""

from torch import nn

Groups = list[list[nn.Parameter]]


def one_group(net: nn.Module) -> Groups:
    """All parameters learn alike."""
    return [list(net.parameters())]
