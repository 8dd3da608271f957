"""Training on several devices, of one host or of several, by Keras's own distribution.

That needs JAX, and spreads over all devices that JAX shows. Each of them has the whole network and
a share of every batch; each host draws the rows of its own devices (see `train.loader`), and JAX
adds up what all of them find. So the outcome is one device's, but for the order of summation.
Every host validates for itself, and the first one alone writes.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from train.loader import Plan


@dataclass(frozen=True)
class Hosts:
    """Those that train together, and which of them this is."""

    count: int = 1
    """How many they are."""
    number: int = 0
    """Which this is, from 0 on."""
    distribution: Any = None
    """The `keras.distribution.DataParallel` over all their devices; None for a single device."""

    @property
    def first(self) -> bool:
        """Whether this is the one that writes."""
        return self.number == 0

    def scope(self) -> AbstractContextManager[None]:
        """Where a network is made, loaded or trained on all devices; outside it is this host's."""
        scope: AbstractContextManager[None] = (
            self.distribution.scope() if self.distribution else nullcontext()
        )
        return scope

    def plan(self, size: int, batch: int, seed: int) -> Plan:
        """This host's part of every batch. Raises ValueError for one that cannot be shared."""
        if self.distribution and batch % (devices := self.distribution.num_model_replicas):
            raise ValueError(
                f"a batch of {batch} cannot be shared by {devices} devices; choose another --batch"
            )
        return Plan(size, batch, seed, self.count, self.number)

    def agreed(self, value: int) -> int:
        """The first host's value. All must ask for it."""
        if self.count == 1:
            return value
        from jax.experimental import multihost_utils

        return int(multihost_utils.broadcast_one_to_all(np.int32(value)))

    def compare(self, told: object) -> None:
        """Raises ValueError on every host where they were not all told the same."""
        if self.count == 1:
            return
        from jax.experimental import multihost_utils

        digest = np.frombuffer(hashlib.sha256(repr(told).encode()).digest(), np.uint8)
        digests = multihost_utils.process_allgather(digest)
        if (digests != digests[0]).any():
            raise ValueError(
                "the hosts were not started alike: give each the same options, but for --host"
            )

    def part(self) -> None:
        """Ends the bond between the hosts. All must ask for it, and wait until all have."""
        if self.count > 1:
            import jax

            jax.distributed.shutdown()


ALONE = Hosts()
"""This host, on one device."""


@contextmanager
def joined(addresses: str = "", number: int = 0) -> Iterator[Hosts]:
    """Joins the hosts that train together, and waits for all of them.

    addresses: ADDRESS:PORT of each, by commas; of these JAX uses the first, whose port must be free
    there. "" is this host alone. number: which of them this is.
    Raises ValueError for what cannot be joined and, in its `with` statement too, ConnectionError
    where another host is gone.
    """
    count = len(addresses.split(","))
    if not 0 <= number < count:
        raise ValueError(f"host {number} is not one of {count}, counted from 0: see --host")
    if addresses and not all(one.rpartition(":")[2].isdecimal() for one in addresses.split(",")):
        raise ValueError(f"--hosts takes ADDRESS:PORT of each host, by commas, not {addresses!r}")
    backend = keras.backend.backend()
    if backend != "jax":
        if count > 1:
            raise ValueError(f"several hosts need KERAS_BACKEND=jax; under {backend} leave --hosts")
        yield ALONE
        return
    import jax

    try:
        if count > 1:
            keras.distribution.initialize(addresses, count, number)
        if jax.device_count() != count * jax.local_device_count():
            raise ValueError(
                "every host needs as many devices as the others; hide what is too many"
            )
        several = jax.device_count() > 1
        distribution = (
            keras.distribution.DataParallel(auto_shard_dataset=False) if several else None
        )
        yield Hosts(count, number, distribution)
    except BaseException as error:
        if count > 1:
            atexit.register(_leave)
            if isinstance(error, jax.errors.JaxRuntimeError):
                raise ConnectionError(
                    "another host is gone; when all are there again, --resume the run on each "
                    f"({str(error).splitlines()[0]})"
                ) from None
        raise


def _leave() -> None:
    """Ends this process at once. JAX would first wait for the others, and they wait for this."""
    sys.stdout.flush()
    os._exit(1)
