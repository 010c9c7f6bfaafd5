"""Recording: a journal on disk first, MLflow after it. The only code that imports mlflow."""
