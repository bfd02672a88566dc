"""Small render functions, one file per part of the page; each takes documents and draws them."""
