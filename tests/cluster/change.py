"""Changes one thing in a copy of a result, so that the comparison has something to find: change.py FOLDER row|count"""

import json
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet

folder, what = Path(sys.argv[1]), sys.argv[2]
if what == "row":
    path = folder / "outcomes.parquet"
    table = pyarrow.parquet.read_table(path)
    place = table.column_names.index("loss")
    losses = table["loss"].to_pylist()
    losses[len(losses) // 2] += 1e-6
    changed = pyarrow.array(losses, table.schema.field(place).type)
    pyarrow.parquet.write_table(table.set_column(place, table.schema.field(place), changed), path)
else:
    path = folder / "run.json"
    result = json.loads(path.read_text())
    result["solved"] += 1
    path.write_text(json.dumps(result))
