"""Recording: a journal on disk first, MLflow after it. The only code that imports mlflow."""

import os

# MLflow reports to its makers which of its functions are used, from the moment of its import. A
# benchmark sends nothing but to the user's own server, unless the user has set this otherwise.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
