"""What notebooks, threads and keyboards expect."""

import subprocess
import sys
import threading
import time

import basins
import pytest

SHORT = {"lr": 4, "epochs": 400, "nets": 300, "backend": "simd", "examine": 2}


def test_other_threads_run_meanwhile():
    counted, training = 0, threading.Event()

    def count():
        nonlocal counted
        while not training.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    began = time.monotonic()
    basins.run(nets=20_000, backend="simd", examine=0, keep="counts")
    seconds = time.monotonic() - began
    training.set()
    thread.join()
    assert counted > 20 * seconds, f"{counted} counts in {seconds:.2f} s"


INTERRUPTED = """
import basins, signal, os, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
began = time.monotonic()
run = basins.run(nets=100_000_000, epochs=100_000, backend="simd", lr=1e-7, keep="counts", examine=0)
print(run.interrupted, run.nets > 0, run.rate is None or run.rate < 1, time.monotonic() - began < 30)
again = basins.run(nets=50, lr=4, epochs=300, backend="simd")
print(again.interrupted, signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are otherwise")
def test_ctrl_c_gives_what_there_is():
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["True", "True", "True", "True", "False", "True"], done.stderr


def test_notebooks_show_results():
    run = basins.run(**SHORT, layers=[2, 2, 1])
    shown = run._repr_html_()
    assert f"{run.rate:.2%}" in shown and "<svg" in shown and "two-pattern plateau" in shown
    assert "<script" not in shown
    hostile = basins.train([[0.0], [1.0]], ["<b>a", "<i>b"], hidden=1, nets=2, epochs=2)
    assert "<b>a" not in hostile._repr_html_() and "<b>a" not in (hostile.page() or "")
    swept = basins.sweep({"lr": [1, 4]}, nets=20, epochs=100)
    assert "<svg" in swept._repr_html_()


def test_pictures_by_matplotlib():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    run = basins.run(**SHORT, layers=[2, 2, 1])
    axes = run.plot_survival()
    assert axes.get_ylabel() == "share still unsolved"
    assert len(run.plot_fates().patches) == len(run["fate_rows"])
    swept = basins.sweep({"lr": [0.1, 1, 10], "loss": ["mse", "cross-entropy"]}, nets=20, epochs=100)
    axes = swept.plot()
    assert axes.get_xscale() == "log" and len(axes.get_legend().get_texts()) == 2


def test_progress_is_told():
    from basins import _basins
    from basins._words import words

    told = []
    asked = words("run", {"nets": 4000, "backend": "simd", "examine": 0})
    _basins.ask(asked, None, "counts", lambda networks, net_epochs: told.append((networks, net_epochs)))
    assert told[-1][0] == 4000 and told == sorted(told) and len(told) > 1
    with pytest.raises(ZeroDivisionError):
        _basins.ask(asked, None, "counts", lambda *_: 1 / 0)


def test_a_call_costs_little():
    # No times are held against each other here, but what is kept is counted once: no copies pile up.
    run = basins.run(nets=200_000, epochs=1, backend="simd", examine=0)
    assert run.weights[0].base is not None and run.weights[0].base is run.weights[1].base
