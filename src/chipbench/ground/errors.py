"""The two ways a benchmark can end that are not a fault of the program."""


class ConfigurationError(Exception):
    """The configuration or the command line is wrong; exit code 2.

    The message is one line that names the key, the valid choices and the remedy.
    """


class UnsupportedBenchmark(Exception):  # noqa: N818 - the contract's name; it reads as what it is
    """This machine cannot run this benchmark; exit code 3, the run is tagged `skipped`.

    The message names what is missing and the remedy.
    """
