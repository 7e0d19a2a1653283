"""Synthetic pictures with flat parts, edges, gradients and texture."""

import torch


def picture(height=72, width=88, *, channels=3, seed=0):
    """One picture in a batch, c h w between 0 and 1, colours related as in photographs."""
    rng = torch.Generator().manual_seed(seed)
    rows, columns = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    disc = ((rows - 0.5) ** 2 + (columns - 0.4) ** 2 < 0.08).float()
    stripes = 0.5 + 0.5 * torch.sin(40 * columns * rows)
    grain = torch.randn(height, width, generator=rng) * 0.03
    light = 0.3 + 0.3 * rows + 0.25 * disc * stripes + grain
    tints = torch.tensor([1.1, 0.9, 0.7])[:channels].view(-1, 1, 1)
    shift = torch.stack([columns, rows, disc])[:channels] * 0.15
    return (light * tints + shift).clamp(0, 1)[None]


def smooth(height=72, width=88, *, channels=3):
    """The same without grain, stripes and edges."""
    rows, columns = torch.meshgrid(torch.linspace(0, 3, height), torch.linspace(0, 3, width), indexing="ij")
    planes = [0.5 + 0.3 * torch.sin(rows + k) * torch.cos(columns - k) for k in range(channels)]
    return torch.stack(planes)[None]
