"""Adversarial training on rings of random place, radius and thickness."""

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

from model import Discriminator, Generator, init_weights

LATENT_DIM = 64
IMAGE_SIZE = 32
NUM_IMAGES = 1024
EPOCHS = 4


def make_rings(count, seed=0):
    """Returns (count, 1, 32, 32) images in [-1, 1]."""
    generator = torch.Generator().manual_seed(seed)
    grid = torch.arange(IMAGE_SIZE).float()
    y, x = torch.meshgrid(grid, grid, indexing="ij")
    center = 12 + 8 * torch.rand(count, 2, 1, 1, generator=generator)
    radius = 5 + 6 * torch.rand(count, 1, 1, generator=generator)
    width = 1 + 1.5 * torch.rand(count, 1, 1, generator=generator)
    distance = ((x - center[:, 0]) ** 2 + (y - center[:, 1]) ** 2).sqrt()
    ring = torch.exp(-(((distance - radius) / width) ** 2))
    return (2 * ring - 1).unsqueeze(1)


def main():
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    loader = DataLoader(TensorDataset(make_rings(NUM_IMAGES)), batch_size=64, shuffle=True, drop_last=True)

    net_g = Generator(LATENT_DIM).to(device).apply(init_weights)
    net_d = Discriminator().to(device).apply(init_weights)
    criterion = nn.BCELoss()
    opt_g = torch.optim.Adam(net_g.parameters(), lr=2e-4, betas=(0.5, 0.999))
    opt_d = torch.optim.Adam(net_d.parameters(), lr=2e-4, betas=(0.5, 0.999))

    for epoch in range(EPOCHS):
        for (real,) in loader:
            real = real.to(device)
            ones = torch.ones(real.size(0), device=device)
            zeros = torch.zeros(real.size(0), device=device)

            opt_d.zero_grad()
            fake = net_g(torch.randn(real.size(0), LATENT_DIM, 1, 1, device=device))
            p_real = net_d(real)
            p_fake = net_d(fake.detach())
            loss_d = criterion(p_real, ones) + criterion(p_fake, zeros)
            loss_d.backward()
            opt_d.step()

            opt_g.zero_grad()
            loss_g = criterion(net_d(fake), ones)
            loss_g.backward()
            opt_g.step()
        print(
            f"epoch {epoch + 1}  loss D {loss_d.item():.3f}  loss G {loss_g.item():.3f}"
            f"  D(real) {p_real.mean().item():.2f}  D(fake) {p_fake.mean().item():.2f}"
        )


if __name__ == "__main__":
    main()
