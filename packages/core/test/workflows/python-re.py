"""Answers, for each line `{"pattern": …, "names": […]}` of its input, what Python's re.match(IGNORECASE) says."""

import json
import re
import sys
import warnings

warnings.simplefilter("ignore")
print(json.dumps(list(sys.version_info[:3])))
for line in sys.stdin:
    case = json.loads(line)
    try:
        regex = re.compile(case["pattern"], re.IGNORECASE)
        answer = [regex.match(name) is not None for name in case["names"]]
    except (re.error, OverflowError, ValueError, RecursionError) as error:
        answer = str(error)
    print(json.dumps(answer))
