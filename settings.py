"""Settings from the environment, prefix ``MATBANG_``; each stands in the README."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How this installation is set up. Frozen; built once by each door."""

    model_config = SettingsConfigDict(env_prefix="MATBANG_", frozen=True)

    store: str = "sqlite:///data/matbang.gpkg"
    """SQLAlchemy URL of the store."""
    home: Path = Path("data")
    """Folder of tiles, attachments and keys."""
    host: str = "127.0.0.1"
    """Address that the server listens on; without accounts only loopback is accepted."""
    port: int = Field(default=8501, ge=1, le=65535)
    """Port that the server listens on."""
    language: str = Field(default="vi", pattern="^(vi|en)$")
    """Language of a new session and of the terminal."""
