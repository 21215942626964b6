"""``python -m logitcheck``."""

from __future__ import annotations

import sys

from logitcheck.cli import main

sys.exit(main())
