"""A PulseAudio server of our own, whose microphone hears the tones over and over, and whose loudspeaker nobody hears."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import IO

from dev.children import Child
from tests.client.browsers.browser import PATIENCE, Missing
from tests.client.microphone import write_tones

PACKAGES = {"pulseaudio": "pulseaudio", "pacat": "pulseaudio-utils", "pactl": "pulseaudio-utils"}


@contextlib.contextmanager
def sound_server(folder: pathlib.Path) -> Iterator[dict[str, str]]:
    """Run it; yields the environment in which programs find it. Raises Missing."""
    if lacking := sorted({package for program, package in PACKAGES.items() if not shutil.which(program)}):
        raise Missing(f"PulseAudio is missing: apt-get install {' '.join(lacking)}")
    socket = folder / "sound"
    # Its home, too: programs look there for a cookie, and a home of somebody else may hold other settings.
    env = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PULSE_SERVER": f"unix:{socket}"}
    modules = (
        f"module-native-protocol-unix socket={socket} auth-anonymous=1",
        "module-null-sink sink_name=loudspeaker",
        "module-null-sink sink_name=mouth",
        # browsers list no monitor among the microphones
        "module-remap-source master=mouth.monitor source_name=microphone source_properties=device.description=Microphone",
    )
    options = ("-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit")
    server = Child("PulseAudio", ["pulseaudio", *options, *(f"--load={module}" for module in modules)], env)
    try:
        _choose_devices(server, env)
        with _speaking(folder, env):
            yield env
    finally:
        server.end()


def _choose_devices(server: Child, env: dict[str, str]) -> None:
    """Choose the devices, as soon as the server answers."""
    ends = time.monotonic() + PATIENCE
    for command in ("set-default-sink loudspeaker", "set-default-source microphone"):
        while subprocess.run(
            ["pactl", *command.split()], env=env, capture_output=True, timeout=10, check=False
        ).returncode:
            assert time.monotonic() < ends, "PulseAudio does not answer: " + "\n".join(server.lines())
            time.sleep(0.05)


def _write(pipe: IO[bytes], samples: bytes) -> None:
    """Write all of it; without a buffer a write takes what fits."""
    left = memoryview(samples)
    while left:
        left = left[pipe.write(left) :]


@contextlib.contextmanager
def _speaking(folder: pathlib.Path, env: dict[str, str]) -> Iterator[None]:
    """Feed the microphone; the server takes the samples as fast as they sound."""
    tones = folder / "tones.wav"
    write_tones(tones)
    samples = tones.read_bytes()[44:]  # without the header of a WAV file
    command = ["pacat", "--playback", "--raw", "--device=mouth", "--rate=48000", "--channels=1", "--format=s16le"]
    # without a buffer, which could not be flushed into a player that has been ended
    with subprocess.Popen([*command, "--latency-msec=100"], env=env, stdin=subprocess.PIPE, bufsize=0) as player:
        assert player.stdin is not None
        pipe = player.stdin

        def feed() -> None:
            with contextlib.suppress(BrokenPipeError, ValueError):
                while True:
                    _write(pipe, samples)

        thread = threading.Thread(target=feed, daemon=True)
        thread.start()
        try:
            yield
        finally:
            player.kill()
            thread.join(PATIENCE)
