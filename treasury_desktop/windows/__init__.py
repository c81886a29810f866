"""What a person sees and touches: the only room that knows Qt.

Windows construct, lay out, connect and show. They format nothing and decide nothing: strings come
ready from viewmodels, work runs through `errands`, and what is current lives in `session`.
"""

from treasury_desktop.windows.no_feature_search import search_no_sources

search_no_sources()  # before any other module of a window is imported
