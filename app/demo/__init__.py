"""The demo site: a school with its newspaper, some days of its messages, made through the ordinary use cases.

What is written there stands beside this file: `people.csv`, `drafts.toml` and one file per discussion.
"""

from app.demo.building import PASSWORD as PASSWORD
from app.demo.building import DemoReport as DemoReport
from app.demo.building import build as build
