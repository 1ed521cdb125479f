"""The work of `npm run bench:data` as one would write it with pandas: tokens, mask, coarse values, types, a split by group, medians, one-hot
encodings, and the files for training. Prints what it took as JSON.

`python bench/data-pandas.py <loans.csv> <folder>`
"""

import hashlib
import hmac
import json
import resource
import sys
import time
from pathlib import Path

import pandas

source, folder = sys.argv[1], Path(sys.argv[2])
key = b"benchmark key, not used anywhere else"
numbers = ["income", "amount", "term", "employment_years", "dti", "inquiries", "prior_defaults", "utilisation"]
categories = ["purpose", "home"]


def token(value):
    return None if pandas.isna(value) else "tok_" + hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:32]


def share(value):
    return int(hashlib.sha256(b"tidegate:" + value.encode()).hexdigest()[:4], 16) / 65536


started = time.perf_counter()
rows = pandas.read_csv(source, dtype=str, keep_default_na=False, na_values=[""])
label = pandas.to_numeric(rows["default"], errors="coerce")
good = rows["loan_id"].notna() & label.isin([0, 1])
for name in numbers:
    typed = pandas.to_numeric(rows[name], errors="coerce")
    good &= typed.notna() | rows[name].isna()
    rows[name] = typed
rows["_time"] = pandas.to_datetime(rows["issued_at"], errors="coerce", utc=True)
good &= rows["_time"].notna() | rows["issued_at"].isna()
rows["_share"] = rows["loan_id"].fillna("").map(share)
rows["_id"] = rows["loan_id"].map(token)
rows["email"] = rows["email"].map(token)
rows["phone"] = "***" + rows["phone"].str[-2:]
rows["zip"] = rows["zip"].str[:3]
rows["birth_date"] = pandas.to_datetime(rows["birth_date"], errors="coerce").dt.year
rows["_label"] = label
rows = rows[good].drop(columns=["full_name", "national_id", "street", "loan_id", "issued_at", "default"])
rows.to_parquet(folder / "clean.parquet", compression="zstd")

train = rows["_share"] < 0.7
inputs = {}
for name in numbers:
    inputs[name] = rows[name].fillna(rows.loc[train, name].median())
    if name in ("income", "employment_years"):
        inputs[f"{name}_missing"] = rows[name].isna().astype(int)
for name in categories:
    for value in sorted(rows.loc[train, name].dropna().unique()):
        inputs[f"{name}_{value}"] = (rows[name] == value).astype(int)
encoded = pandas.DataFrame({"_label": rows["_label"].astype(int), **inputs})
sides = {"train": train, "validation": (rows["_share"] >= 0.7) & (rows["_share"] < 0.85), "test": rows["_share"] >= 0.85}
for side, chosen in sides.items():
    encoded[chosen].to_csv(folder / f"{side}.csv", header=False, index=False)

used = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - started,
            "cpuSeconds": used.ru_utime + used.ru_stime,
            "peakMb": used.ru_maxrss / 1024,
            "rows": len(rows),
        }
    )
)
