"""Word lists of the grammar: what ends a name, what is no name, what counts.

All in even form (lower case, one tone placement), as `Token.low` is.
"""

from __future__ import annotations

from pipelines.reading.words import even


def _words(text: str) -> frozenset[str]:
    return frozenset(even(text).split())


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    return frozenset((first, second) for first, second in (pair.split("_") for pair in even(text).split()))


#: A name does not go on over these in lower case: verbs and function words that follow names in reports.
STOP = _words(
    """
    ký kí kết đã vừa sẽ đang được bị và với cùng tại về trong của cho để là do từ ở trên dưới tổ mở họp
    làm phối chủ trì dự có thống nhất tiếp tục đồng thực triển khai ra theo nhằm khi trước sau nói phát
    ban hành hội đàm trao hạn tặng này đó hôm ngày sáng chiều tối trưa năm giai đoạn gồm đại diện không
    vẫn còn cũng đều cần phải vào qua tiến tham gặp đến chính giữa như bắt tay chung các những hai ba
    bốn mỗi đôi mới vì nên một đẩy tăng đạt ghi sơ tập huấn xác nhìn kiểm thảo luận hướng mong quyết hỗ
    trợ giúp bàn giao cam góp nâng thúc lần kéo ủng rà soát đánh giá cung ngồi thỏa thuận biên bản hợp
    nghị chương trình quy chế tỉnh thành huyện xã phường quận thị tp trương mắt kỷ bên ông bà thông
    tuyên xây tạo trực diễn ước tính dẫn hàng thuộc đón
    chưa rất luôn lại từng gây khiến giành gửi dành nằm mang muốn sớm nêu rơi buộc sắp nhưng nếu thì hiện nay
    """
)
#: Words of STOP that go on inside a name after the word before them: "Phát | thanh", "Giao | thông".
COMPOUND = _pairs(
    """
    liên_hợp tác_xã thiết_bị hợp_quốc ánh_sáng bình_đẳng
    phát_thanh phát_hành phát_triển thông_tin thông_vận hợp_tác chính_trị trung_ương quốc_tế tiếp_vận
    ngoại_giao xây_dựng kiểm_tra kiểm_sát kiểm_soát kiểm_lâm kiểm_định kiểm_toán quân_chính hành_chính
    tài_chính bưu_chính kế_hoạch hàng_không hàng_hải phòng_không đoàn_kết hợp_phần truyền_thông
    giao_thông viễn_thông tổ_chức quan_hệ trợ_giúp bảo_trợ công_trình thị_trường tại_chức du_lịch
    đồng_bào cộng_đồng dân_chính giám_định đánh_giá hỗ_trợ trực_thuộc biểu_diễn tuyên_truyền tuyên_giáo
    xã_hội thành_niên người_tàn quy_hoạch chứng_khoán ngân_hàng khách_hàng phổ_thông mua_bán hợp_nhất
    tổng_hợp tham_mưu nội_chính hướng_nghiệp hướng_dẫn tiến_bộ tập_thể chương_trình kỷ_luật đạo_tạo
    quốc_gia chuyên_gia tham_gia
    quốc_hội hệ_thống đào_tạo đăng_ký đô_thị văn_bản đổi_mới truyền_thống vận_hành cơ_bản điều_hành việc_làm
    hiệp_hội nhà_ở phối_hợp hợp_đồng nhi_đồng liên_kết phân_phối hữu_nghị định_hướng bán_hàng chuyển_giao tài_trợ chấp_hành thi_hành
    trang_bị xúc_tiến dân_chủ đấu_giá cửa_hàng thường_trực tiên_tiến lễ_hội viện_trợ xuất_bản siêu_thị thư_ký
    ẩm_thực thể_chế lương_thực cải_tạo tích_hợp lưu_thông tái_tạo tái_chế lữ_hành cứu_trợ kiến_tạo hậu_cần
    bảo_trì điều_phối lý_luận sáng_tạo đại_diện cung_ứng phạm_về công_chính tuyên_huấn tầm_nhìn
    """
)
#: Words of STOP that go on inside a name before the word after them: "an toàn | thực phẩm", "đổi mới | sáng tạo".
BEGINS_NOUN = _pairs(
    """
    thực_phẩm thực_vật thực_nghiệm thực_hành xã_hội hàng_không hàng_hải hàng_hóa giao_thông giao_dịch
    hành_chính thông_tin thông_minh tham_mưu thị_trường phát_thanh phát_điện sáng_tạo đại_học đại_lý
    quy_hoạch biên_giới biên_phòng chính_phủ chính_sách tập_thể
    """
)
#: Words of two syllables that tell what a body does, never what it is called: counted in press text, they stand right
#: after "đã", "sẽ", "đang", "không" and the like at least once in twelve times, and hardly ever in names.
VERBS = _pairs(
    """
    khẳng_định nhấn_mạnh chia_sẻ yêu_cầu trở_thành bày_tỏ đưa_tin đưa_ra công_bố thừa_nhận tiết_lộ đề_xuất
    kêu_gọi liên_tục cảnh_báo thể_hiện sử_dụng trả_lời kiến_nghị sẵn_sàng chuẩn_bị nhận_được xuất_hiện trở_lại
    nêu_rõ dành_cho xem_xét thường_xuyên giải_thích hoan_nghênh nhanh_chóng tin_rằng lên_tiếng xảy_ra sở_hữu
    phê_duyệt duy_trì nhận_xét tin_tưởng lựa_chọn bao_gồm giới_thiệu chỉ_trích lưu_ý chúc_mừng chú_ý tỏ_ra
    chứng_kiến chấp_thuận bác_bỏ gia_nhập ca_ngợi trân_trọng nhận_thấy hy_vọng thay_đổi chắc_chắn thay_thế
    lập_tức công_khai tìm_hiểu hoàn_thành trở_nên đăng_tải quan_tâm chỉ_ra áp_dụng khuyến_cáo gửi_lời phản_đối
    kiên_quyết thiết_lập trở_về vượt_qua phủ_nhận mang_đến mang_lại nỗ_lực chấp_nhận công_nhận thu_hút tìm_cách
    đóng_vai đóng_góp đóng_quân đóng_trên bố_trí nhắc_lại chấm_dứt buộc_phải bổ_nhiệm điều_chỉnh bổ_sung
    khởi_công phấn_đấu đảm_nhiệm đặt_ra tuân_thủ đáp_ứng đề_cập cập_nhật tích_cực đối_mặt đăng_cai khởi_động
    nắm_giữ phản_ánh đảm_nhận đề_ra khẩn_trương gia_tăng hoàn_tất hứa_hẹn huy_động đem_lại tôn_trọng đích_thân
    bảo_đảm hoàn_thiện tận_dụng cân_nhắc tới_thăm chú_trọng kịp_thời khánh_thành chào_đón tháo_gỡ tổng_kết
    sơ_kết gia_hạn mở_rộng hội_đàm phối_hợp thống_nhất cho_biết cho_hay mong_muốn mời_gọi long_trọng chính_thức chủ_trì ra_mắt
    ra_quân cam_kết kết_nghĩa gặp_mặt giao_lưu trao_đổi thay_mặt tái_ký kéo_dài nối_dài lên_kế tri_ân vinh_dự đồng_hành bắt_tay phụ_trách đảm_trách đón_tiếp tiếp_nhận
    """
)
#: Words of two syllables that name a field of work, and after a proper name in capitals tell what its bearer does.
WORKS = _pairs(
    """
    tổ_chức xây_dựng đầu_tư phát_triển sản_xuất đại_diện chỉ_đạo bảo_vệ nghiên_cứu quản_lý kiểm_tra đào_tạo
    """
)
#: First words of ranks and of forms of address.
RANKS = _words(
    """
    đại thượng trung thiếu ông bà đồng thạc tiến giáo pgs ts gs
    """
)
#: Number words and plural markers before a group.
COUNTS = _words(
    """
    hai ba bốn năm sáu bảy tám chín mười các những nhiều
    """
)
#: A one-word head followed by one of these is another word ("bộ trưởng", "hội nghị", "ban hành").
NOT_A_HEAD = _words(
    """
    trưởng đội môn phim nghị đàm thảo trường viên đồng hành giám trợ diện hữu kết hợp tịch phó nhập
    thoại dung họp tọa chấp thường tổ lễ lãnh đại bí cán đất thi trại thao chợ làng xuân khoa bảo học
    """
)
#: A one-word head after one of these is the second half of another word ("trụ sở", "cơ sở", "nội bộ").
ENDS_WORD = _pairs(
    """
    trụ_sở cơ_sở hội_sở cán_bộ toàn_bộ nội_bộ đồng_bộ tiến_bộ đường_bộ cục_bộ văn_bản kịch_bản phiên_bản cơ_bản
    thị_trường môi_trường hiện_trường quảng_trường lập_trường thương_trường chiến_trường hội_trường
    xã_hội cơ_hội quốc_hội đại_hội lễ_hội ngày_hội nhiệm_vụ dịch_vụ phục_vụ nghĩa_vụ công_vụ nghiệp_vụ nội_vụ
    thông_báo cảnh_báo dự_báo lâu_đài bố_cục dự_phòng đề_phòng quốc_phòng
    """
)
#: What "bản" is followed by when it is a paper and no village.
PAPERS = _words("thỏa thoả ghi hợp quy kế cam tin ký giao hiệp mou nội kết tóm đồ dự tuyên báo nhạc")
#: Words whose first syllable is a country's name too.
NO_COUNTRY = _pairs(
    "pháp_luật pháp_lý anh_hùng anh_em ý_kiến ý_nghĩa ý_tưởng đức_tin mỹ_thuật mỹ_nghệ mỹ_phẩm"
)
#: Frequent surnames.
SURNAMES = _words(
    """
    nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý tạ đinh trịnh đoàn lương mai
    cao tô lưu thái phùng quách vương đào trương lâm hà tống nghiêm khuất bế sùng giàng lò vàng triệu
    nông đàm kiều thân chu tập
    """
)
#: Capitalised at the beginning of sentences and lines without being a name.
NOT_A_NAME = _words(
    """
    ở
    ngày sáng chiều tối trưa hôm tại theo lễ hội nghị buổi trong sau trước với và giữa ảnh tin đây việc
    đó này hai các những một khi từ để dự nhân dịp qua đến cùng mới thời gian giai đoạn năm tháng thứ
    phát biểu phía trên dưới nội dung chương trình quy chế kế hoạch biên bản thỏa thuận nhằm ký lãnh đạo
    đại diện đồng chí ông bà tá thiếu tướng trung thượng luật quyết định thông tư chỉ thị ghi nhớ nguồn
    video tuổi đảng nhà quốc tổ dân chuẩn đô đốc toàn bên cạnh mục tiêu kết quả đặc biệt ngoài hiện nay đề án thủ bộ
    ban cuộc chủ quân covid gdp ai tết bác usd vnd mou gmt kinh tế xã an ninh công tổng phó bí đoàn cả
    cuối đầu đôi hơn thế riêng như nếu cảng lần fanpage gắn ba bốn sáu bảy tám chín mười
    """
)
#: Group nouns that say nothing without what follows ("các đơn vị").
VAGUE = _words(
    """
    doanh nghiệp cơ quan đơn vị
    tỉnh thành phố địa phương xã phường huyện sở công ty tổ chức ngân hàng trường đối tác bệnh viện
    """
)
#: Heads of two words and more that are everyday words in lower case.
CAPITAL_HEADS = _words(
    """
    so_an_ninh doanh_nghiep chung_khoan lien_hiep to_chuc cong_doan thanh_tra chinh_phu khong_quan hai_quan quan_doi
    bdbp kiem_lam dien_luc buu_dien thue
    """
)
#: Heads of bodies whose names may describe before they name: "Tập đoàn công nghệ G-Group".
DESCRIBED_HEADS = _words(
    """
    tap_doan cong_ty tong_cong_ty ngan_hang hiep_hoi trung_tam hoc_vien benh_vien truong dai_hoc cao_dang vien quy to_chuc nha_hat
    """
)
#: Unions that have a branch inside other bodies: "Đoàn Thanh niên Công an tỉnh".
OF_BODIES = _words("doan_tn hoi_lhpn hoi_ccb")
#: Heads of bodies of the whole country.
CENTRAL_HEADS = _words(
    """
    bo bo_cong_an bo_quoc_phong bo_tu_lenh_bdbp mttq_tw tong_ldld vov vtv ttxvn tong_cuc_chinh_tri vks_toi_cao
    toa_an_toi_cao chinh_phu canh_sat_bien nhnn
    """
)
#: After a number these are counted, the number belongs to no unit ("Quân khu 2 và 9 tỉnh").
COUNTED_THINGS = _words(
    """
    tỉnh thành huyện xã phường quận thị tp bên ban chương quy hàng năm hợp ngày biên thỏa nghị
    """
)
#: Verbs and joints that even a long description before a brand does not hold.
HARD_STOP = _words(
    """
    ký kí kết đã vừa sẽ và với cùng tại của tổ có là do để trong cho về được đến tham
    """
)
#: Joints that end a description of a partner ("cùng nhà máy tại cao nguyên | Bolaven").
JOINTS = _words(
    """
    tại ở của trong từ do để nhằm về và trên
    """
)
