"""Has Python start others as its own starter was to: first on the path of what launchers start.

They start Python by a way of their own, cold, and what that starts would be cold as well.
"""

import os
import sys

sys.executable = os.environ.get("CHIPBENCH_TEST_PYTHON", sys.executable)
