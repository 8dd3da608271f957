"""`python -m edge_app`: the same as `hangul-pad`."""

import sys

from edge_app.cli import main

sys.exit(main())
