"""A process that is kept warm, whose forks run the words that they get as Python.

With the word `broken` it ends before it is ready.
"""

import sys

from chipbench.ground.forks import serve

if "broken" in sys.argv:
    sys.exit(3)
packet = serve()
exec("\n".join(packet["words"]), {"environment": packet["environment"]})
