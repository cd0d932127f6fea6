"""JAX contestants: which epoch (`jax_epochs.py`) they run and how: as it comes, or tuned as an expert would.

Each has `load(size, thetas)`, `train(epoch_count)`, `weights()`; `load` compiles and warms up and says how long it took.
"""

import time

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from jax_epochs import Stacked, Unrolled, VmapGrad, epochs
from jax_online import Online, VmapOnline

UNROLLED_POSITIONS = 4  # examples of an online epoch that are written out
UNROLLED_SIGMOIDS = 200  # longer unrolled epochs compile for minutes and lose to the stacked form
CHUNKS = {"unrolled": (512, 2048, 4096, 8192), "stacked": (64, 128, 256, 1024), "looped": (256, 1024, 4096)}
PALLAS_BLOCKS = ((64, 2), (128, 4), (256, 4), (256, 8))
TRIAL_SECONDS = 0.15


class Runner:
    """A compiled training: state, the function that trains it, and how to get matrices back."""

    def __init__(self, form, written, train, state, unpack):
        self.form, self.call, self.state, self.unpack = form, train, state, unpack
        self.size, self.draw = written.size, getattr(written, "draw", None)
        began = time.perf_counter()
        self.train(1)
        self.compile_seconds = time.perf_counter() - began

    def train(self, epoch_count):
        self.final = jax.block_until_ready(self.call(self.state, jnp.int32(epoch_count)))

    def rate(self):
        """Epochs a second, from runs long enough to say which of two candidates is faster."""
        epoch_count, elapsed = 1, 0.0
        while True:
            began = time.perf_counter()
            self.train(epoch_count)
            elapsed = time.perf_counter() - began
            if elapsed >= TRIAL_SECONDS:
                return epoch_count / elapsed
            epoch_count *= 4 if elapsed < TRIAL_SECONDS / 8 else 2


def plain(form, written, thetas):
    """`jit` of the loop over epochs, all networks at once, on one JAX device."""
    train = jax.jit(lambda state, epoch_count: epochs(written.epoch, state, epoch_count))
    return Runner(form, written, train, jax.device_put(written.pack(thetas)), written.unpack)


def chunked(form, written, thetas, chunk):
    """The population shared among all JAX devices, and on each trained chunk after chunk, so that a chunk stays in cache."""
    devices = jax.devices()
    nets = len(thetas[0])
    each = -(-nets // len(devices))
    piece_count = max(1, round(each / chunk))
    chunk = -(-each // piece_count // 16) * 16
    padded = [np.resize(theta, (chunk * piece_count * len(devices), *theta.shape[1:])) for theta in thetas]

    def train(state, epoch_count):
        pieces = tuple(jnp.moveaxis(a.reshape(*a.shape[:-1], piece_count, chunk), -2, 0) for a in state)
        trained = lax.map(lambda piece: epochs(written.epoch, piece, epoch_count), pieces)
        return tuple(jnp.moveaxis(a, 0, -2).reshape(*a.shape[1:-1], -1) for a in trained)

    state = written.pack(padded)
    mesh = Mesh(np.array(devices), ("device",))
    specs = tuple(PartitionSpec(*[None] * (a.ndim - 1), "device") for a in state)
    state = tuple(jax.device_put(a, NamedSharding(mesh, spec)) for a, spec in zip(state, specs))
    mapped = jax.jit(jax.shard_map(train, mesh=mesh, in_specs=(specs, PartitionSpec()), out_specs=specs, check_vma=False))
    return Runner(
        f"{form}, chunks of {chunk} on {len(devices)} devices",
        written,
        mapped,
        state,
        lambda final: [theta[:nets] for theta in written.unpack(final)],
    )


def pallas(written, thetas, block, warp_count, interpret=False):
    """A Pallas kernel (Triton): a block of networks keeps its weights in registers through all epochs."""
    from jax.experimental import pallas as pl
    from jax.experimental.pallas import triton

    nets = len(thetas[0])
    padded = [np.resize(theta, (-(-nets // block) * block, *theta.shape[1:])) for theta in thetas]
    state = written.pack(padded)

    def kernel(epoch_count, *refs):
        given, made = refs[: len(state)], refs[len(state) :]
        final = epochs(written.epoch, tuple(ref[...] for ref in given), epoch_count[0])
        for ref, value in zip(made, final):
            ref[...] = value

    lanes = pl.BlockSpec((block,), lambda i: (i,))
    call = pl.pallas_call(
        kernel,
        grid=(len(padded[0]) // block,),
        in_specs=[pl.BlockSpec((1,), lambda i: (0,))] + [lanes] * len(state),
        out_specs=[lanes] * len(state),
        out_shape=[jax.ShapeDtypeStruct(a.shape, a.dtype) for a in state],
        interpret=interpret,
        **({} if interpret else {"compiler_params": triton.CompilerParams(num_warps=warp_count, num_stages=1)}),
    )
    return Runner(
        f"pallas, blocks of {block}, {warp_count} warps",
        written,
        jax.jit(lambda state, epoch_count: tuple(call(epoch_count[None], *state))),
        jax.device_put(state),
        lambda final: [theta[:nets] for theta in written.unpack(final)],
    )


class Contestant:
    """Common to all: the chosen runner's times and results."""

    most_nets = None
    takes_rules = True

    def load(self, size, thetas):
        wide_integers(size)
        self.runner = self.choose(size, thetas)
        return {"compile_seconds": self.runner.compile_seconds, "form": self.runner.form}

    def train(self, epoch_count):
        self.runner.train(epoch_count)

    def weights(self):
        return self.runner.unpack(self.runner.final)

    def orders(self, epoch_count, nets):
        """(epochs, nets, m): the orders that the first networks are trained in."""
        networks, count = jnp.arange(nets, dtype=jnp.uint32), self.runner.size.example_count
        draw = jax.jit(lambda epoch: jnp.stack(self.runner.draw(networks, epoch, count), axis=1))
        return np.stack([np.asarray(draw(jnp.int32(epoch + 1))) for epoch in range(epoch_count)])


def wide_integers(size):
    """Products of 64 bits for Philox; batch training is left as it would be without."""
    jax.config.update("jax_enable_x64", size.rule.update != "batch-mean")


class Vmap(Contestant):
    label = "JAX jit(vmap(grad))"

    def choose(self, size, thetas):
        if size.rule.update != "batch-mean":
            return plain("vmap(grad), scan over jax.random.permutation", VmapOnline(size), thetas)
        return plain("vmap(grad)", VmapGrad(size), thetas)


class Soa(Contestant):
    label = "JAX, hand-unrolled structure of arrays"

    def choose(self, size, thetas):
        if size.rule.update != "batch-mean":
            looped = size.example_count > UNROLLED_POSITIONS
            form = "looped" if looped else "unrolled"
            return plain(f"{form}, orders by philox", Online(size, "philox", looped), thetas)
        if size.sigmoid_count <= UNROLLED_SIGMOIDS:
            return plain("unrolled", Unrolled(size), thetas)
        return plain("stacked", Stacked(size), thetas)


class Tuned(Contestant):
    """The expert's best: tries every form, chunk and device split on this machine and keeps the fastest."""

    label = "JAX, structure of arrays, tuned"

    def load(self, size, thetas):
        wide_integers(size)
        trials, failures, runners = {}, {}, {}
        for attempt, make in self.candidates(size, thetas):
            try:
                runner = make()
                trials[runner.form], runners[runner.form] = runner.rate(), runner
            except Exception as error:  # a candidate that a platform can't run is a finding, not the end
                failures[attempt] = f"{type(error).__name__}: {str(error)[:200]}"
        if not runners:
            raise RuntimeError(f"no form ran: {failures}")
        self.runner = runners[max(trials, key=trials.get)]
        nets = len(thetas[0])
        return {
            "compile_seconds": self.runner.compile_seconds,
            "form": self.runner.form,
            "trials_net_epochs_per_second": {form: rate * nets for form, rate in trials.items()},
            "failed_forms": failures,
        }

    def candidates(self, size, thetas):
        written = forms(size)
        for form, way in written.items():
            yield form, lambda form=form, way=way: plain(form, way, thetas)
            if jax.default_backend() == "cpu":
                for chunk in CHUNKS[form.split(",")[0]]:
                    yield f"{form} {chunk}", lambda form=form, way=way, chunk=chunk: chunked(form, way, thetas, chunk)
        if jax.default_backend() == "gpu" and "unrolled" in written:
            registers = Unrolled(size, lambda z: 1.0 / (1.0 + jnp.exp(-z)))  # Triton has a fast exp, not a fast tanh
            for block, warps in PALLAS_BLOCKS:
                yield f"pallas {block} {warps}", lambda b=block, w=warps: pallas(registers, thetas, b, w)


def forms(size):
    """Every way of writing an epoch that an expert would try."""
    if size.rule.update != "batch-mean":
        looped = [True] if size.example_count > UNROLLED_POSITIONS else [False, True]
        return {
            f"{'looped' if loop else 'unrolled'}, orders by {draw}": Online(size, draw, loop)
            for loop in looped
            for draw in ("philox", "mixed")
        }
    written = {"stacked": Stacked(size)}
    if size.sigmoid_count <= UNROLLED_SIGMOIDS:
        written["unrolled"] = Unrolled(size)
    return written


def versions():
    return {"jax": jax.__version__, "jaxlib": jax.lib.__version__}


def device():
    return jax.devices()[0].device_kind
