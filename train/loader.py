"""Batches for any training framework, made by several processes in bounded memory.

Every sample has a generator of its own, seeded by (seed, epoch, batch, row). So neither the number
of processes or hosts nor a resumed run changes what is drawn, and training goes on from any batch
by asking for it.

Workers are spawned, as the process that trains holds threads that a fork would break. They write
into slots of memory that is shared and has no name, so that nothing can be left behind, and end
when they find that their parent is gone.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from train.data import DataError
from train.stream import Ink

SLOTS = 4
"""Batches in memory for each worker: enough to go on while another one is held up."""

Batch = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]
"""Frames (rows, size, size), paper 0, ink 255, and the indices of their labels (rows,)."""


@dataclass(frozen=True)
class Plan:
    """Which samples a host draws."""

    size: int
    """Side of a frame, px."""
    batch: int
    """Samples of a batch, over all hosts."""
    seed: int
    """Seed of everything drawn, 0 or more."""
    hosts: int = 1
    """Machines that train together, each on its own rows of every batch."""
    host: int = 0
    """Which of them this is, from 0 on."""

    def __post_init__(self) -> None:
        if min(self.batch, self.hosts) < 1 or self.batch % self.hosts:
            raise ValueError(f"a batch of {self.batch} cannot be shared by {self.hosts} hosts")
        if not 0 <= self.host < self.hosts:
            raise ValueError(f"host {self.host} is not one of {self.hosts}, counted from 0")

    @property
    def rows(self) -> int:
        """Samples of a batch on this host."""
        return self.batch // self.hosts

    def draw(self, ink: Ink, epoch: int, number: int) -> Batch:
        """Draws this host's rows of one batch of an epoch."""
        batch = np.empty((self.rows, self.size, self.size), np.uint8), np.empty(self.rows, np.int64)
        self.fill(batch, ink, epoch, number)
        return batch

    def fill(self, batch: Batch, ink: Ink, epoch: int, number: int) -> None:
        """Like `draw`, into memory that is there already."""
        frames, labels = batch
        first = self.host * self.rows
        for row in range(self.rows):
            rng = np.random.default_rng((self.seed, epoch, number, first + row))
            frames[row], labels[row] = ink.draw(rng)


class Loader:
    """Batches of an ink, in order. Use it in a `with` statement, whose end ends its workers."""

    def __init__(self, ink: Ink, plan: Plan, workers: int) -> None:
        """workers: processes that draw; 0 draws in this one, each batch when it is asked for."""
        self._ink, self._plan = ink, plan
        slots = SLOTS * workers
        spawn = multiprocessing.get_context("spawn")
        memory = spawn.RawArray("B", max(1, slots * plan.rows * (plan.size**2 + 8)))
        self._slots = _slots(memory, slots, plan)
        self._free = list(range(slots))
        self._made: dict[tuple[int, int], int] = {}
        self._workers: list[_Worker] = []
        pickled = pickle.dumps(ink) if workers else b""
        try:
            for number in range(workers):
                ours, theirs = spawn.Pipe()
                process = spawn.Process(
                    target=_work,
                    args=(theirs, memory, slots, plan),
                    name=f"data worker {number}",
                    daemon=True,
                )
                with theirs, _deaf():  # or the worker's end would never count as closed
                    process.start()
                self._workers.append(_Worker(process, ours))
            for worker in self._workers:  # only now: all of them start at the same time
                worker.send_bytes(pickled)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the workers; the loader gives no more batches."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def batches(self, epoch: int, count: int, first: int = 0) -> Iterator[Batch]:
        """Batches first to count - 1 of an epoch, a copy each. Ends an epoch begun before.

        Raises what drawing raises (a worker's DataError as such, anything else of a worker's as
        RuntimeError with its traceback) and ChildProcessError for a worker that was killed; the
        loader is closed then.
        """
        if not self._slots:
            cv2.setNumThreads(1)  # for pictures as small as these, threads cost more than they do
            for number in range(first, count):
                yield self._plan.draw(self._ink, epoch, number)
            return
        try:
            while any(worker.running for worker in self._workers):
                self._receive()
            self._free, self._made = list(range(len(self._slots))), {}
            todo = ((epoch, number) for number in range(first, count))
            self._hand_out(todo)
            for number in range(first, count):
                while (epoch, number) not in self._made:
                    self._receive()
                slot = self._made.pop((epoch, number))
                frames, labels = self._slots[slot]
                batch = frames.copy(), labels.copy()
                self._free.append(slot)
                self._hand_out(todo)
                yield batch
        except GeneratorExit:
            raise
        except BaseException:
            self.close()
            raise

    def _hand_out(self, todo: Iterator[tuple[int, int]]) -> None:
        """Gives each free slot, with a batch to make, to the worker that has the least to do."""
        while self._workers and self._free and (batch := next(todo, None)):
            worker = min(self._workers, key=lambda worker: worker.running)
            worker.give((self._free.pop(), *batch))

    def _receive(self) -> None:
        """Waits until a worker has made a batch."""
        if not any(worker.running for worker in self._workers):
            raise RuntimeError("the loader was closed, or asked for another epoch, in the midst")
        ready = wait([worker.connection for worker in self._workers])
        for worker in self._workers:
            if worker.connection in ready:
                slot, epoch, number = worker.take()
                self._made[epoch, number] = slot


@dataclass(frozen=True)
class _Failure:
    """Tells the parent of an exception."""

    message: str
    data: bool
    """Whether it was a DataError, whose message says everything."""


_Task = tuple[int, int, int]
"""A batch to make, and the same once it is made: slot, epoch, number of the batch."""


class _Worker:
    """The parent's side of a worker."""

    def __init__(self, process: BaseProcess, connection: Connection) -> None:
        self._process = process
        self.connection = connection
        self.running = 0
        """Batches that it was given and has not made."""

    def send_bytes(self, content: bytes) -> None:
        try:
            self.connection.send_bytes(content)
        except OSError:
            raise self._death() from None

    def give(self, task: _Task) -> None:
        try:
            self.connection.send(task)
        except OSError:
            raise self._death() from None
        self.running += 1

    def take(self) -> _Task:
        try:
            answer: _Task | _Failure = self.connection.recv()
        except (EOFError, OSError):
            raise self._death() from None
        if isinstance(answer, _Failure):
            raise (DataError if answer.data else RuntimeError)(answer.message)
        self.running -= 1
        return answer

    def end(self) -> None:
        self._process.kill()  # it holds nothing that it would have to put away
        self._process.join()
        self._process.close()
        self.connection.close()

    def _death(self) -> ChildProcessError:
        self._process.join(5)
        code = self._process.exitcode
        how = f"was killed by signal {-code}" if code and code < 0 else f"ended with status {code}"
        return ChildProcessError(
            f"{self._process.name} (process {self._process.pid}) {how}; where memory is short, "
            "use fewer workers"
        )


def _work(connection: Connection, memory: Any, slots: int, plan: Plan) -> None:
    """What a worker does until its parent closes the pipe, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where `_deaf` could do nothing
    cv2.setNumThreads(1)  # the workers are the parallelism
    rooms = _slots(memory, slots, plan)
    try:
        pickled = connection.recv_bytes()
        try:
            ink = pickle.loads(pickled)
        except Exception:
            connection.send(_Failure(traceback.format_exc(), data=False))
            return
        while True:
            task: _Task = connection.recv()
            slot, epoch, number = task
            answer: _Task | _Failure = task
            try:
                plan.fill(rooms[slot], ink, epoch, number)
            except DataError as error:
                answer = _Failure(str(error), data=True)
            except Exception:
                answer = _Failure(traceback.format_exc(), data=False)
            connection.send(answer)
    except (EOFError, OSError):  # of the pipe: all others were caught above
        return


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started here never hears Ctrl-C, not even while it still imports.

    Ctrl-C reaches all processes of a terminal, and the parent ends its workers; it hears one that
    came meanwhile afterwards. Windows knows nothing alike.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # or the first start would start it, and then hear again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # which children inherit
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _slots(memory: Any, count: int, plan: Plan) -> list[Batch]:
    """Shared memory as room for so many batches."""
    labels = np.frombuffer(memory, np.int64, count * plan.rows)
    frames = np.frombuffer(memory, np.uint8, count * plan.rows * plan.size**2, labels.nbytes)
    return list(
        zip(
            frames.reshape(count, plan.rows, plan.size, plan.size),
            labels.reshape(count, plan.rows),
            strict=True,
        )
    )
