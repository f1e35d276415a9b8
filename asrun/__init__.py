"""The engine of the executable book: finds, runs, checks and shows what stands on its pages.

Data flow: pages -> run (worker) -> check -> render -> mkdocs_hook. It knows nothing about
regression, and only `mkdocs_hook` knows MkDocs.
"""
