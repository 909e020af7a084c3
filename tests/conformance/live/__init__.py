"""The stories of ``tests/conformance/recorded``, played against a real subscription and the local Azure side by side.

Only ever by whoever names a subscription, an empty resource group and credentials; see ``settings.py``. What they answer otherwise is printed
as Markdown, without ids, to be pasted into an issue.
"""
