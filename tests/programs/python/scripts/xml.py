import xml.etree.ElementTree as ET
root = ET.fromstring("<r><i n='1'/><i n='2'/></r>")
[int(i.get("n")) for i in root]
