"""Lines that are never part of a story, wherever on its page they stand: told by their words alone. Pure."""

from __future__ import annotations

import re

from pipelines.vietnamese import strip_marks

#: Matched on the line without marks, in lower case, from its start; the whole line goes.
_FURNITURE_LINE = re.compile(
    r"(?:>+|»|\*?\s*>>|=>|->|➤|►)"
    r"|(?:\(?(?:xem|doc|tim hieu)\s+(?:them|tiep|ngay|chi tiet)\b.{0,12}$|(?:xem|doc) them\s*[:>])"
    r"|(?:(?:cac )?tin(?: bai)?|bai|bai viet|su kien|chu de|video|clip|thong tin)\s*(?:cung (?:chuyen muc|chu de|su kien)|lien quan|khac|moi(?: nhat)?|noi bat|doc nhieu|tiep theo|xem nhieu|da dua|cu hon)\s*:?$"
    r"|co the ban quan tam|ban co the (?:quan tam|thich)|moi (?:ban doc|quy (?:vi|doc gia|ban doc)|doc gia|cac ban)\b.{0,40}\b(?:doc|xem|theo doi|don doc|tham khao|nghe|like|gui|truy cap|vao)\b.{0,90}$|"
    r"(?:nhap|bam|click) (?:vao day|chuot)|theo doi (?:bao|chung toi|kenh|tap chi|vtc|fanpage|trang)\b.{0,90}$"
    r"|theo doi .{0,60}\btren (?:google|facebook|zalo|youtube|tiktok)|(?:ban )?dang xem bai viet\b|(?:tu khoa|tags?|hashtag|the|chu de)\s*:|(?:chia se|share|binh luan|gui binh luan|y kien(?: ban doc)?|ban doc binh luan|phan hoi|thich|gui|in bai viet|in trang|luu bai|sao chep lien ket|copy link|facebook|twitter|zalo|email|print|google news|tieng viet \| english|a[-+]? ?a[-+]?)\s*(?:\(?\d*\)?|:)?$"
    r"|(?:chia se (?:bai viet|facebook|len)|gui (?:toi|cho) ban be|lien he quang cao|dang ky (?:nhan|kenh|mua))"
    r"|(?:luot xem|luot doc|so luot|so lan xem|da xem|views?)\s*:?\s*\d|[\d.,]+\s*(?:luot xem|luot doc|views?|binh luan)$"
    r"|(?:co quan chu quan|tru so(?: chinh| toa soan)?|chiu trach nhiem (?:xuat ban|noi dung)|van phong dai dien|vpdd|tel|fax|e-?mail)\s*:"
    r"|(?:hotline|duong day nong|dien thoai toa soan|lien he toa soan)\b.{0,25}?[:\d]|©|(?:ban quyen thuoc|copyright|giay phep so)\b|(?:pho )?tong bien tap\s*:"
    r"|(?:nghe (?:doc )?(?:bai|tin|audio|noi dung)|nghe bai viet|current time|duration|mute|play|video player|remaining time|stream type|chapters|your browser does not)\b.{0,60}$"
    r"|.{0,80}\d:\d\d\s*/\s*-?\d{1,2}:\d\d\b.{0,60}$"  # a player's clock
    r"|(?:anh|clip|video|audio|infographic|photo)\s*:?$|(?:vui long|ban vui long|ban can) (?:dang nhap|nhap)\b|(?:quay lai|tro lai|ve trang|len dau trang|dau trang)\b.{0,30}$"
    r"|leftcenterrightdel|\[?(?:quang cao|advertisement|ads)\]?$|(?:goc )?(?:anh )?\d+/\d+$|\(?\s*\)?$"
    r"|(?:vtv\.vn|baochinhphu\.vn|bao tuoi tre)\s*-?\s*$|(?:tro thanh nguoi dau tien|hay la nguoi dau tien)\b|"
    r"(?:copyright|link bai goc|nguon tin|lay link|copy link|tin cung chuyen muc|xem tat ca|xem them|doc tiep)\b.{0,40}$"
)
_IMAGE_NAME = re.compile(r"\S+\.(?:jpe?g|png|gif|webp)", re.IGNORECASE)


def is_furniture_line(text: str) -> bool:
    """Is this line, by how it opens or by being a file name, furniture that some editor let into the story's box?"""
    folded = strip_marks(text).lstrip("*•- ")
    return not folded or bool(_FURNITURE_LINE.match(folded) or _IMAGE_NAME.fullmatch(text.strip()))


#: What only a paper's foot says of itself.
_COLOPHON = re.compile(
    r"\W*(?:copyright|©|®|ban quyen (?:thuoc|cua|©)|co quan (?:chu quan|ngon luan|cua (?:dang bo|dang uy|tinh uy|thanh uy|tong cuc|bo|hoi|lien doan|uy ban|ubnd))|"
    r"(?:so )?giay phep (?:so|thiet lap|hoat dong|xuat ban|bao)\b.{0,90}(?:gp|btttt|ttdt|cap)|(?:pho )?tong bien tap\s*:|toa soan\s*:|"
    r"tru so(?: chinh| toa soan)?\s*:|chiu trach nhiem (?:noi dung|xuat ban)|(?:®|©)?\s*(?:vui long )?ghi ro nguon|.{0,60}\ball rights reserved)"
)


def is_colophon(text: str) -> bool:
    """Is this line the paper's imprint, as its pages' foot has it?"""
    return len(text) <= 400 and bool(_COLOPHON.match(strip_marks(text)))
