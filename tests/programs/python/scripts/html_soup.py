from bs4 import BeautifulSoup
soup = BeautifulSoup("<ul><li>one<li>two</ul>", "html.parser")
[li.get_text() for li in soup.find_all("li")]
