"""XGBoost by SageMaker's container contract: `train` and `serve`.

Behaves as the built-in XGBoost algorithm (1.7-1 and 3.0-5) does as far as hyperparameters, channels, metric lines,
the model artifact and the answers of the endpoint go, and says more precisely what is wrong with bad data. No value of
a data row is ever written to a log, a failure text or an answer: only file names, row and column numbers.
"""
