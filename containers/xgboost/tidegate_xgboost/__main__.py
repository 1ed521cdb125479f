"""`python -m tidegate_xgboost train|serve`."""

import sys


def main() -> int:
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command == "train":
        from tidegate_xgboost.train import main as train

        return train()
    if command == "serve":
        from tidegate_xgboost.serve import main as serve

        return serve()
    print("usage: python -m tidegate_xgboost train|serve", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
