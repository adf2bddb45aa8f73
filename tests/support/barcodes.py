"""What a scanner reads from a code: the bytes that the library finds in the picture it draws."""

import zxingcpp


def sent_by_a_scanner(elements: str) -> str:
    """The text of a GS1 DataMatrix of these elements, with the prefix of its kind."""
    made = zxingcpp.create_barcode(elements, zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    found = zxingcpp.read_barcodes(made.to_image(scale=4))[0]
    return found.symbology_identifier + bytes(found.bytes).decode()
