"""Bulletins without end, put together from sentence patterns written for this project: no real people in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from .bulletins import Bulletin

# District and province; their bare names differ, so that a title can tell its portal by them.
PLACES = (
    "huyện Gia Viễn, tỉnh Ninh Bình", "huyện Ba Tri, tỉnh Bến Tre", "huyện A Lưới, tỉnh Thừa Thiên Huế",
    "huyện Bắc Bình, tỉnh Bình Thuận", "huyện Giồng Riềng, tỉnh Kiên Giang", "huyện Hoàng Su Phì, tỉnh Hà Giang",
    "huyện Thuận Bắc, tỉnh Ninh Thuận", "huyện Tiền Hải, tỉnh Thái Bình", "huyện Văn Quan, tỉnh Lạng Sơn",
    "huyện Đầm Dơi, tỉnh Cà Mau", "thị xã Kinh Môn, tỉnh Hải Dương", "thị xã Vĩnh Châu, tỉnh Sóc Trăng",
    "huyện Ba Chẽ, tỉnh Quảng Ninh", "huyện Sóc Sơn, thành phố Hà Nội", "huyện Sốp Cộp, tỉnh Sơn La",
    "huyện Tiên Phước, tỉnh Quảng Nam", "huyện Vũ Thư, tỉnh Thái Bình", "huyện Krông Nô, tỉnh Đắk Nông",
    "thị xã Duyên Hải, tỉnh Trà Vinh", "thị xã Tịnh Biên, tỉnh An Giang", "huyện Trạm Tấu, tỉnh Yên Bái",
    "huyện Krông Bông, tỉnh Đắk Lắk", "huyện Tu Mơ Rông, tỉnh Kon Tum", "huyện Cao Lộc, tỉnh Lạng Sơn",
    "huyện Kim Bảng, tỉnh Hà Nam", "huyện Nghĩa Hưng, tỉnh Nam Định", "huyện Quỳ Hợp, tỉnh Nghệ An",
    "huyện Bá Thước, tỉnh Thanh Hóa", "huyện Tháp Mười, tỉnh Đồng Tháp", "huyện Cần Giuộc, tỉnh Long An",
    "huyện Bảo Lâm, tỉnh Lâm Đồng", "huyện Sa Thầy, tỉnh Kon Tum", "huyện Lục Ngạn, tỉnh Bắc Giang",
)  # fmt: skip

_FIRST = (
    "An", "Bình", "Đại", "Đông", "Hòa", "Kim", "Long", "Mỹ", "Ngọc", "Phú", "Quang", "Tân", "Thanh",
    "Thượng", "Vĩnh", "Xuân",
)  # fmt: skip
_SECOND = (
    "Châu", "Cường", "Điền", "Giang", "Hải", "Hưng", "Khê", "Lâm", "Lộc", "Lương", "Minh", "Phong",
    "Sơn", "Thành", "Thịnh", "Trung",
)  # fmt: skip
_PENS = (
    "Thu Hiền", "Minh Hà", "Hồng Nhung", "Quang Huy", "Ngọc Lan", "Tuấn Vũ", "Bích Ngọc", "Hải Yến",
    "Thanh Tùng", "Kim Oanh", "Đức Thuận", "Mai Phương",
)  # fmt: skip
_DESKS = (
    "Trung tâm VHTT&TT",
    "Phòng Văn hóa",
    "Văn phòng UBND",
    "Ban Biên tập",
    "Đài Truyền thanh",
)
_BODIES = (
    "UBND huyện", "Thường trực HĐND huyện", "Ban Chỉ đạo huyện", "Phòng Nông nghiệp và Môi trường",
    "Ủy ban MTTQ Việt Nam huyện", "Hội Nông dân huyện", "Hội Liên hiệp Phụ nữ huyện", "Huyện đoàn",
    "Phòng Tài chính - Kế hoạch", "Hội Cựu chiến binh huyện",
)  # fmt: skip
_WORKS = (
    "hội nghị giao ban", "buổi làm việc", "chuyến kiểm tra thực địa", "hội nghị sơ kết", "cuộc họp đánh giá",
    "hội nghị chuyên đề", "buổi đối thoại với nhân dân",
)  # fmt: skip
_WHENS = ("Sáng", "Chiều", "Trong")


@dataclass(frozen=True)
class Topic:
    """What a bulletin may be about: what is done, how it is called, what it costs and what is told of it."""

    section: str
    deed: str
    titles: tuple[str, ...]
    costs: tuple[str, ...]  # each has a sum in tỷ đồng
    tells: tuple[str, ...]


NEWS, TRADE, LIFE = "tin-tuc-su-kien", "kinh-te", "van-hoa-xa-hoi"

TOPICS = (
    Topic(
        TRADE, "hỗ trợ bò giống sinh sản cho hộ nghèo",
        ("Trao bò giống cho {n} hộ nghèo", "Bò sinh sản đến với hộ cận nghèo"),
        ("Chương trình có tổng vốn {ty} tỷ đồng, trong đó ngân sách trung ương chiếm {pc}%.",
         "Đến nay {ty} tỷ đồng vốn giảm nghèo đã được giải ngân cho các nhóm hộ chăn nuôi."),
        ("Mỗi hộ được nhận 1 con bò cái trị giá {tr} triệu đồng và {n} kg cỏ giống.",
         "Sau khi rà soát, {xa} còn {n} hộ nghèo và {m} hộ cận nghèo cần con giống.",
         "Đàn bò của địa phương hiện có {k} con, tăng {pc}% so với cùng kỳ năm trước.",
         "Cán bộ thú y đã tiêm phòng lở mồm long móng cho {k} con gia súc tại {thon}.",
         "Các hộ cam kết dành {ha} ha đất đồi để trồng cỏ voi làm thức ăn xanh.",
         "Tỷ lệ hộ nghèo tại {xa} giảm còn {pc}%, thấp hơn chỉ tiêu đề ra đầu năm."),
    ),
    Topic(
        TRADE, "nâng cấp đường giao thông nông thôn",
        ("Bê tông hóa {km} km đường liên thôn", "Thông xe tuyến đường mới dài {km} km"),
        ("Dự án có mức đầu tư {ty} tỷ đồng, do Ban Quản lý dự án làm chủ đầu tư.",
         "Phần xây lắp trị giá {ty} tỷ đồng đã hoàn thành, chờ nghiệm thu từng đoạn."),
        ("Mặt đường rộng 5,5 m, kết cấu bê tông xi măng dày 20 cm trên toàn tuyến.",
         "Nhân dân {thon} đã hiến {k} m2 đất và đóng góp {m} ngày công lao động.",
         "Nhà thầu bố trí {n} máy thi công, chia ba ca để kịp mùa mưa.",
         "Còn {n} hộ dân chưa nhận tiền bồi thường, tập trung ở khu vực {thon}.",
         "Khối lượng thi công đạt {pc}% hợp đồng, nhanh hơn tiến độ khoảng {d} ngày.",
         "Khi hoàn thành, tuyến đường nối {xa} với quốc lộ, phục vụ {k} người dân đi lại."),
    ),
    Topic(
        TRADE, "chăm sóc và thu hoạch lúa vụ mùa",
        ("Nông dân gặt xong {ha} ha lúa", "Năng suất lúa ước đạt {ta} tạ mỗi ha"),
        ("Giá trị sản xuất của vụ này ước đạt {ty} tỷ đồng, cao nhất ba năm gần đây.",
         "Các hợp tác xã đã ký hợp đồng tiêu thụ trị giá {ty} tỷ đồng với doanh nghiệp."),
        ("Toàn vùng gieo cấy {ha} ha, trong đó lúa chất lượng cao chiếm {pc}% diện tích.",
         "Năng suất bình quân ước {ta} tạ/ha, riêng cánh đồng {thon} cao hơn {d} tạ.",
         "Rầy nâu xuất hiện trên {ha} ha, mật độ thấp và đã được phun trừ kịp thời.",
         "Trạm bơm {xa} vận hành {n} giờ mỗi tuần để giữ nước chân ruộng.",
         "Thương lái thu mua tại bờ với giá {g} đồng/kg, tăng nhẹ so với tuần trước.",
         "Đã có {n} máy gặt đập liên hợp được điều về phục vụ bà con {xa}."),
    ),
    Topic(
        TRADE, "phát triển sản phẩm OCOP và cây ăn quả",
        ("Thêm {d} sản phẩm đạt chuẩn OCOP", "Mở rộng {ha} ha cây ăn quả theo VietGAP"),
        ("Doanh thu từ các chủ thể OCOP đạt {ty} tỷ đồng kể từ đầu năm.",
         "Nguồn khuyến công {ty} tỷ đồng được dùng để mua máy sấy, máy đóng gói."),
        ("Hội đồng đánh giá chấm {n} hồ sơ, công nhận {d} sản phẩm đạt hạng 3 sao trở lên.",
         "Hợp tác xã tại {thon} đã đưa {d} mặt hàng lên sàn thương mại điện tử.",
         "Diện tích cây có múi là {ha} ha, trong đó {pc}% được cấp mã số vùng trồng.",
         "Sản lượng quả tươi ước {k} tấn, phần lớn bán cho các siêu thị ở thành phố.",
         "Mỗi ha cho thu lãi {tr} triệu đồng, gấp đôi trồng ngô trên cùng chân đất.",
         "Có {n} lượt chủ thể được tập huấn về tem truy xuất nguồn gốc."),
    ),
    Topic(
        TRADE, "thu ngân sách và chống thất thu thuế",
        ("Thu ngân sách đạt {pc}% dự toán", "Rà soát {n} doanh nghiệp nợ thuế"),
        ("Tổng thu trên địa bàn lũy kế đạt {ty} tỷ đồng, chưa kể tiền sử dụng đất.",
         "Khoản nợ đọng còn {ty} tỷ đồng, tập trung ở lĩnh vực xây dựng và khai khoáng."),
        ("Khu vực ngoài quốc doanh nộp {pc}% dự toán, hụt nhẹ do giá vật liệu tăng.",
         "Chi cục Thuế đã ban hành {n} thông báo cưỡng chế hóa đơn.",
         "Đã có {k} hộ kinh doanh chuyển từ thuế khoán sang kê khai.",
         "Thuế bảo vệ môi trường tăng {pc}% nhờ lượng hàng qua cảng nhiều hơn.",
         "Qua kiểm tra tại {xa}, đoàn công tác truy thu {tr} triệu đồng của {d} cơ sở.",
         "Chi thường xuyên được tiết kiệm thêm {pc}% để dành nguồn cho an sinh."),
    ),
    Topic(
        TRADE, "cho vay vốn tín dụng chính sách",
        ("Vốn chính sách đến tay {n} hộ vay mới", "Điểm giao dịch xã giải ngân {d} chương trình"),
        ("Tổng dư nợ đạt {ty} tỷ đồng với tỷ lệ nợ quá hạn rất thấp.",
         "Ngân sách địa phương ủy thác thêm {ty} tỷ đồng sang Ngân hàng Chính sách xã hội."),
        ("Có {k} khách hàng còn dư nợ, bình quân {tr} triệu đồng một hộ.",
         "Tổ tiết kiệm và vay vốn {thon} huy động được {tr} triệu đồng tiền gửi.",
         "Chương trình nước sạch và vệ sinh cho {m} hộ vay xây công trình mới.",
         "Lãi suất cho hộ cận nghèo là 7,92%/năm, thời hạn tối đa {n} tháng.",
         "Nợ quá hạn chiếm {pl}% và giảm ở hầu hết các hội nhận ủy thác.",
         "Nhờ đồng vốn này, {n} lao động ở {xa} đã đi làm việc ở nước ngoài."),
    ),
    Topic(
        TRADE, "trồng rừng và quản lý bảo vệ rừng",
        ("Trồng mới {ha} ha rừng gỗ lớn", "Giao khoán bảo vệ rừng cho {n} cộng đồng"),
        ("Tiền dịch vụ môi trường rừng chi trả trong kỳ là {ty} tỷ đồng.",
         "Kế hoạch phát triển lâm nghiệp được bố trí {ty} tỷ đồng từ nhiều nguồn."),
        ("Độ che phủ rừng giữ ở mức {pc}%, cao hơn bình quân chung của vùng.",
         "Vườn ươm {thon} xuất {k} cây giống keo lai và lát hoa.",
         "Kiểm lâm phát hiện {d} vụ vi phạm, tịch thu {n} m3 gỗ tròn.",
         "Đã làm mới {km} km đường băng cản lửa trước mùa khô hanh.",
         "Rừng được cấp chứng chỉ FSC hiện có {ha} ha, tập trung tại {xa}.",
         "Sản lượng gỗ khai thác đạt {k} m3, bằng {pc}% kế hoạch giao."),
    ),
    Topic(
        NEWS, "chuẩn bị kỳ họp Hội đồng nhân dân",
        ("Thẩm tra {d} dự thảo nghị quyết", "Cử tri gửi {n} kiến nghị tới kỳ họp"),
        ("Đại biểu xem xét điều chỉnh {ty} tỷ đồng kế hoạch đầu tư công trung hạn.",
         "Tờ trình đề nghị phân bổ {ty} tỷ đồng vượt thu cho các công trình cấp bách."),
        ("Các ban của Hội đồng giám sát {d} chuyên đề và chất vấn {n} lượt ý kiến.",
         "Có {n} ý kiến cử tri liên quan đất đai, chiếm {pc}% tổng số kiến nghị.",
         "Tổ đại biểu số {d} tiếp xúc cử tri tại nhà văn hóa {thon}.",
         "Đến nay {pc}% kiến nghị từ kỳ trước đã được trả lời bằng văn bản.",
         "Báo cáo kinh tế - xã hội nêu {n} chỉ tiêu, trong đó {d} chỉ tiêu khó đạt.",
         "Phiên chất vấn được truyền thanh trực tiếp tới {n} cụm loa của {xa}."),
    ),
    Topic(
        NEWS, "cải cách hành chính tại bộ phận một cửa",
        ("Bộ phận một cửa giải quyết {k} hồ sơ", "Rút ngắn {d} thủ tục cho người dân"),
        ("Hệ thống máy tính, đường truyền được đầu tư {ty} tỷ đồng cho cấp xã.",
         "Việc số hóa hồ sơ lưu trữ tốn {ty} tỷ đồng, chia làm hai giai đoạn."),
        ("Trong kỳ tiếp nhận {k} hồ sơ, {pc}% được trả trước hạn.",
         "Tỷ lệ nộp trực tuyến toàn trình tăng lên {pc}%, đứng thứ {d} toàn tỉnh.",
         "Có {n} phiếu khảo sát được phát tại {xa}, hầu hết chấm mức hài lòng.",
         "Thời gian cấp trích lục hộ tịch giảm từ {d} ngày xuống trong buổi.",
         "Công chức tại {thon} hướng dẫn {m} người cao tuổi nộp hồ sơ bằng điện thoại.",
         "Vẫn còn {n} hồ sơ đất đai trễ hẹn, phải gửi thư xin lỗi."),
    ),
    Topic(
        NEWS, "giữ gìn an ninh trật tự ở cơ sở",
        ("Công an triệt phá {d} vụ trộm cắp", "Ra quân tuần tra ban đêm tại {n} điểm"),
        ("Lực lượng chức năng thu hồi tài sản trị giá {ty} tỷ đồng trả cho người bị hại.",
         "Ngân sách dành {ty} tỷ đồng xây trụ sở công an xã và nhà trực."),
        ("Tội phạm về trật tự xã hội xảy ra {n} vụ, giảm {pc}% so với năm ngoái.",
         "Đã lắp {n} mắt camera giám sát dọc trục chính của {xa}.",
         "Tổ bảo vệ an ninh trật tự {thon} có {d} thành viên, trực theo lịch tuần.",
         "Xử phạt {m} trường hợp vi phạm nồng độ cồn, tước {n} giấy phép lái xe.",
         "Tuyên truyền về lừa đảo qua mạng cho {k} lượt học sinh, công nhân.",
         "Người dân tự giác giao nộp {n} khẩu súng tự chế và {d} kg pháo."),
    ),
    Topic(
        NEWS, "phòng chống thiên tai và tìm kiếm cứu nạn",
        ("Gia cố {km} km đê trước mùa bão", "Diễn tập sơ tán {m} người khỏi vùng ngập"),
        ("Thiệt hại do đợt mưa lũ gần nhất ước {ty} tỷ đồng, chủ yếu về hạ tầng.",
         "Quỹ phòng chống thiên tai chi {ty} tỷ đồng sửa chữa kè và cống."),
        ("Phương án sơ tán tính cho {m} hộ ở vùng trũng và {n} hộ ven sông.",
         "Vật tư dự trữ gồm {k} bao tải, {m} áo phao và {n} nhà bạt.",
         "Mưa lớn làm {ha} ha hoa màu bị ngập, {n} ngôi nhà tốc mái.",
         "Điểm sạt lở tại {thon} dài {n} m, đã cắm biển cảnh báo.",
         "Lượng mưa đo tại trạm {xa} là {m} mm trong hai ngày.",
         "Hồ chứa được hạ xuống {pc}% dung tích để đón lũ."),
    ),
    Topic(
        NEWS, "chuyển đổi số và dịch vụ công trực tuyến",
        ("Tổ công nghệ số gõ cửa {m} gia đình", "Phủ sóng mạng tới {n} thôn vùng lõm"),
        ("Doanh nghiệp viễn thông bỏ ra {ty} tỷ đồng dựng trạm phát sóng mới.",
         "Gói thầu trung tâm điều hành thông minh trị giá {ty} tỷ đồng đã mở thầu."),
        ("Tỷ lệ người trưởng thành có tài khoản định danh mức 2 đạt {pc}%.",
         "Chợ {xa} có {n} tiểu thương nhận thanh toán bằng mã QR.",
         "Ứng dụng phản ánh hiện trường nhận {m} tin, xử lý xong {pc}%.",
         "Đã kích hoạt {k} chữ ký số cá nhân miễn phí cho người dân.",
         "Thanh niên {thon} mở {d} lớp dạy dùng điện thoại cho người lớn tuổi.",
         "Trường học và trạm y tế dùng chung {n} đường cáp quang tốc độ cao."),
    ),
    Topic(
        LIFE, "tiêm chủng mở rộng và y tế dự phòng",
        ("Tiêm vắc xin cho {m} trẻ nhỏ", "Khống chế {d} ổ dịch sốt xuất huyết"),
        ("Trạm y tế được xây lại với {ty} tỷ đồng vốn phục hồi kinh tế.",
         "Bảo hiểm y tế thanh toán {ty} tỷ đồng chi phí khám chữa bệnh trong quý."),
        ("Tỷ lệ trẻ dưới 1 tuổi tiêm đủ mũi đạt {pc}%, tăng so với quý trước.",
         "Ghi nhận {n} ca sốt xuất huyết, chưa có trường hợp tử vong.",
         "Y tế {thon} lật úp {k} dụng cụ chứa nước có bọ gậy.",
         "Bác sĩ khám miễn phí cho {m} người cao tuổi của {xa}.",
         "Số người tham gia bảo hiểm y tế bao phủ {pc}% dân số.",
         "Tủ thuốc bổ sung {n} loại thiết yếu và {d} máy đo huyết áp."),
    ),
    Topic(
        LIFE, "xây dựng trường học và chuẩn bị năm học mới",
        ("Khánh thành {d} phòng học kiên cố", "Trao {m} suất học bổng khuyến học"),
        ("Công trình trường lớp có vốn {ty} tỷ đồng, trong đó xã hội hóa một phần ba.",
         "Toàn ngành được cấp {ty} tỷ đồng mua bàn ghế, thiết bị thí nghiệm."),
        ("Năm học này huy động {k} học sinh ra lớp, mầm non đạt {pc}%.",
         "Trường ở {xa} còn thiếu {n} giáo viên tiếng Anh và tin học.",
         "Có {d} trường đạt chuẩn quốc gia mức độ 2, nâng tỷ lệ lên {pc}%.",
         "Bếp ăn bán trú {thon} phục vụ {m} suất mỗi ngày.",
         "Hội khuyến học vận động {tr} triệu đồng, tặng {n} xe đạp.",
         "Tỷ lệ tốt nghiệp trung học phổ thông đạt {pc}%, có {d} em đạt 27 điểm trở lên."),
    ),
    Topic(
        LIFE, "xóa nhà tạm, nhà dột nát",
        ("Bàn giao {n} ngôi nhà đại đoàn kết", "Khởi công nhà mới cho {n} gia đình khó khăn"),
        ("Quỹ vì người nghèo tiếp nhận {ty} tỷ đồng ủng hộ của doanh nghiệp.",
         "Kinh phí hỗ trợ đã chuyển về cơ sở là {ty} tỷ đồng."),
        ("Mỗi căn rộng {n} m2, được hỗ trợ {tr} triệu đồng, còn lại gia đình đối ứng.",
         "Hiện {m} căn đã lợp mái, {n} căn đang đổ móng.",
         "Dân quân {xa} góp {m} công dỡ nhà cũ, chuyển vật liệu.",
         "Tại {thon}, {d} hộ người có công được ưu tiên làm trước.",
         "Việc rà soát loại khỏi danh sách {n} trường hợp không đúng đối tượng.",
         "Tiến độ chung đạt {pc}%, phấn đấu xong trước ngày {d} tháng tới."),
    ),
    Topic(
        LIFE, "thu gom rác thải và bảo vệ môi trường",
        ("Thu gom {n} tấn rác mỗi ngày", "Trồng {k} cây xanh ven đường"),
        ("Nhà máy xử lý chất thải có tổng mức {ty} tỷ đồng, công suất giai đoạn một nhỏ.",
         "Phí vệ sinh thu được {ty} tỷ đồng, mới bù một nửa chi phí vận chuyển."),
        ("Khối lượng rác sinh hoạt phát sinh {n} tấn/ngày, thu gom được {pc}%.",
         "Phụ nữ {thon} phân loại tại nguồn, bán phế liệu được {tr} triệu đồng gây quỹ.",
         "Đoàn kiểm tra phạt {d} cơ sở xả thải ra kênh của {xa}.",
         "Đặt thêm {m} thùng chứa vỏ bao thuốc bảo vệ thực vật ngoài đồng.",
         "Bãi chôn lấp cũ rộng {ha} ha sẽ đóng cửa, phủ đất trồng cỏ.",
         "Mẫu nước giếng lấy ở {n} điểm có {pl}% vượt ngưỡng cho phép."),
    ),
    Topic(
        LIFE, "tổ chức lễ hội và hội thi văn nghệ quần chúng",
        ("Khai hội với {d} trò chơi dân gian", "Liên hoan văn nghệ thu hút {n} đội"),
        ("Việc tu bổ di tích cần {ty} tỷ đồng, đã quyên góp được một nửa.",
         "Khách tham quan mang lại doanh thu du lịch {ty} tỷ đồng trong mùa lễ."),
        ("Lễ hội đón {k} lượt khách, tăng {pc}% so với lần trước.",
         "Các nghệ nhân {thon} trình diễn {d} làn điệu cổ và nghề dệt.",
         "Ban tổ chức trao {n} giải, cao nhất {tr} triệu đồng cho đội {xa}.",
         "Có {n} gian hàng bày bán nông sản, đồ mộc, bánh trái.",
         "Di tích lưu giữ {d} đạo sắc phong và {n} hiện vật bằng gỗ.",
         "Danh hiệu gia đình văn hóa đạt {pc}% số hộ đăng ký."),
    ),
    Topic(
        LIFE, "chăm lo người có công và đối tượng bảo trợ",
        ("Tặng quà {m} gia đình chính sách", "Chi trả trợ cấp cho {k} người"),
        ("Mỗi tháng chi {ty} tỷ đồng trợ cấp qua tài khoản và bưu điện.",
         "Nghĩa trang liệt sĩ được chỉnh trang bằng {ty} tỷ đồng đền ơn đáp nghĩa."),
        ("Địa bàn quản lý {k} hồ sơ người có công, {n} mẹ liệt sĩ được phụng dưỡng.",
         "Đoàn đến thăm {n} gia đình ở {thon}, mỗi phần quà 1 triệu đồng.",
         "Trợ cấp xã hội tăng lên theo mức chuẩn mới, thêm {m} người hưởng.",
         "Đưa {n} thương binh của {xa} đi điều dưỡng luân phiên.",
         "Tỷ lệ nhận tiền không dùng tiền mặt là {pc}%.",
         "Thanh niên thắp {k} ngọn nến tri ân tại {d} nghĩa trang."),
    ),
    Topic(
        LIFE, "cấp nước sạch cho vùng nông thôn",
        ("Đấu nối nước máy cho {m} hộ", "Nhà máy nước nâng công suất thêm {pc}%"),
        ("Mạng lưới đường ống mới tốn {ty} tỷ đồng, vay ưu đãi là chính.",
         "Doanh nghiệp cấp nước cam kết rót {ty} tỷ đồng trong hai năm."),
        ("Tỷ lệ dân dùng nước hợp vệ sinh đạt {pc}%, nước theo quy chuẩn thấp hơn.",
         "Trạm ở {xa} cấp {k} m3 mỗi ngày đêm cho {m} đồng hồ.",
         "Giá nước tạm tính {g} đồng/m3, hộ nghèo được giảm một nửa.",
         "Thất thoát trên tuyến ống cũ lên tới {pc}%, phải thay {km} km.",
         "Mùa khô, {thon} thiếu nước {d} tuần, xe bồn chở {n} chuyến.",
         "Xâm nhập mặn đo ở cửa cống là {d} phần nghìn."),
    ),
    Topic(
        NEWS, "tuyển chọn và gọi công dân nhập ngũ",
        ("Khám sức khỏe cho {m} thanh niên", "Tiễn {n} tân binh lên đường"),
        ("Kinh phí quốc phòng địa phương được duyệt {ty} tỷ đồng cho cả năm.",
         "Thao trường bắn mới dùng {ty} tỷ đồng, nằm trên đất quốc phòng."),
        ("Kết quả khám có {m} người đủ điều kiện, loại 1 và 2 chiếm {pc}%.",
         "Trình độ cao đẳng, đại học trong số trúng tuyển là {pc}%.",
         "{n} đơn tình nguyện được viết tay gửi về ban chỉ huy {xa}.",
         "Hội đồng nghĩa vụ tạm hoãn {n} trường hợp học tập, {d} trường hợp neo đơn.",
         "Dân quân tự vệ {thon} huấn luyện {d} ngày, bắn đạn thật đạt khá.",
         "Quà tặng mỗi tân binh trị giá 2 triệu đồng, do {d} doanh nghiệp tài trợ."),
    ),
)  # fmt: skip

OPENINGS = (
    "{sang} ngày {ngay}, {cq} tổ chức {viec} về {deed} tại {xa}, {huyen}.",
    "Tiếp tục {deed}, ngày {ngay}, {cq} phối hợp với {xa} mở {viec} kéo dài nửa ngày.",
    "{sang} {ngay}, đoàn công tác do {cq} chủ trì về {thon}, {xa} để nắm tình hình {deed}.",
    "Theo báo cáo gửi {cq} ngày {ngay}, công tác {deed} ở {huyen} có nhiều chuyển biến.",
    "Tại {viec} diễn ra ngày {ngay}, lãnh đạo {xa} cho biết nhiệm vụ {deed} đang vào giai đoạn nước rút.",
    "Thực hiện kế hoạch đã ban hành, {sang} {ngay} {cq} cùng {xa} bàn giải pháp {deed}.",
)
LEADS = (
    "Nhiều giải pháp nhằm {deed} đang được {cq} cùng {xa} và {xa} triển khai quyết liệt ngay từ cơ sở.",
    "Sau gần {d} tháng thực hiện, việc {deed} tại {huyen} cho kết quả bước đầu, được bà con {xa} đồng tình.",
    "Từ thực tế ở {thon}, {xa}, có thể thấy công tác {deed} chỉ bền vững khi người dân trực tiếp tham gia.",
    "Với cách làm linh hoạt, {xa} trở thành điểm sáng của {huyen} trong {deed} ở lần tổng kết thứ {d}.",
    "Không trông chờ cấp trên, cán bộ và nhân dân {thon} đã chủ động {deed} theo hướng dẫn của {cq}.",
    "Ngày {ngay}, {cq} đánh giá lại toàn bộ quá trình {deed}, chỉ rõ {d} việc phải làm ngay tại {xa}.",
    "Gắn trách nhiệm người đứng đầu, {cq} đưa nội dung {deed} vào tiêu chí thi đua của {xa} năm nay.",
)
ASIDES = (
    "Đại diện {xa} đề nghị {cq} sớm tháo gỡ vướng mắc về thủ tục, nhất là ở {thon}.",
    "Khó khăn lớn nhất hiện nay là thiếu nhân lực: {xa} mới có {d} cán bộ chuyên trách.",
    "Theo {cq}, nguyên nhân chậm trễ là do địa hình chia cắt và {d} đợt mưa kéo dài.",
    "Một người dân {thon} chia sẻ rằng gia đình yên tâm hơn khi mọi khoản đều niêm yết công khai.",
    "Thời gian tới, {cq} sẽ phân công thành viên bám sát {xa}, {xa} và {xa}.",
    "Hội nghị thống nhất lùi thời hạn báo cáo đến ngày {ngay}, không để dồn việc cuối kỳ.",
    "So với mặt bằng chung, {xa} đi sau khoảng {d} bước nên cần thêm sự hỗ trợ của {cq}.",
    "Cùng với đó, {thon} lập tổ tự quản {n} người, họp vào cuối tuần.",
    "{cq} lưu ý các đơn vị không chạy theo thành tích, số liệu phải có người chịu trách nhiệm.",
    "Kết quả khảo sát nhanh {m} hộ cho thấy {pc}% ủng hộ cách làm mới.",
    "Từ mô hình điểm ở {thon}, địa phương dự kiến nhân ra {d} thôn trong năm sau.",
    "Phát biểu kết luận, lãnh đạo {cq} yêu cầu hoàn thành trước ngày {ngay}.",
    "Dịp này, {n} tập thể và {m} cá nhân của {xa} được biểu dương.",
    "Hệ thống loa truyền thanh phát {d} lượt tin mỗi tuần để người dân nắm rõ quyền lợi.",
    "Ý kiến từ {xa} cho rằng mức hỗ trợ hiện hành đã lạc hậu, nên xem xét lại.",
    "Bài học rút ra là phải đối thoại sớm, ghi biên bản từng buổi và trả lời trong {d} ngày.",
    "Được biết, {cq} còn {n} đầu việc phải xử lý dứt điểm với {xa}.",
    "Đây là lần thứ {d} địa phương làm theo hình thức này, kinh phí do cộng đồng giám sát.",
    "Bí thư chi bộ {thon} cho hay việc vận động gặp thuận lợi nhờ đảng viên làm trước.",
    "Báo cáo cũng nêu {d} hạn chế, trong đó có khâu phối hợp giữa {xa} với các phòng chuyên môn.",
)


class _Words(dict[str, str]):
    """What the names in sentence patterns stand for: drawn anew each time, but for what the bulletin fixes."""

    def __init__(self, rng: Random, published: datetime, fixed: dict[str, str]) -> None:
        super().__init__(fixed)
        self._rng = rng
        self._day = published
        self.level = "thị xã" if fixed["huyen"].startswith("thị xã") else "huyện"
        draw = rng.sample([f"{a} {b}" for a in _FIRST for b in _SECOND], 9)
        self.communes, self.hamlets = draw[:4], draw[4:]

    def __missing__(self, name: str) -> str:
        rng = self._rng
        if name == "ty":
            return _two_digits(rng)
        if name in _RANGES:
            least, most = _RANGES[name]
            return f"{rng.randint(least, most):,}".replace(",", ".")
        if name in _TENTHS:
            least, most = _TENTHS[name]
            return f"{rng.randint(least, most)},{rng.randint(1, 9)}"
        return self._word(name)

    def _word(self, name: str) -> str:
        rng = self._rng
        if name == "ngay":
            return f"{self._day - timedelta(days=rng.randint(0, 6)):%d/%m}"
        named: dict[str, Sequence[str]] = {
            "xa": [f"xã {commune}" for commune in self.communes],
            "thon": [f"thôn {hamlet}" for hamlet in self.hamlets],
            "cq": [body.replace("huyện", self.level) for body in _BODIES],
            "viec": _WORKS,
            "sang": _WHENS,
        }
        return rng.choice(named[name])


# Names in patterns: whole numbers, and numbers with one decimal.
_RANGES = {"d": (2, 9), "n": (11, 96), "m": (102, 897), "k": (1_020, 9_780), "tr": (12, 98), "g": (5_600, 9_900)}  # fmt: skip
_TENTHS = {"pc": (31, 96), "pl": (1, 9), "ha": (10, 460), "km": (1, 19), "ta": (51, 68)}


def _two_digits(rng: Random) -> str:
    """A number that is another one when its digits are swapped, as those of a mistaken sum are."""
    tens = rng.randint(1, 9)
    return f"{tens}{rng.choice([one for one in range(1, 10) if one != tens])}"


def write_bulletin(
    seed: int, number: int, place: str, published: datetime, serial: int
) -> Bulletin:
    """What a portal publishes as its bulletin `serial` of all, under its own `number`; the same for the same arguments."""
    rng = Random(f"{seed} {serial}")
    topic = TOPICS[(serial + seed) % len(TOPICS)]
    district, _, province = place.partition(", ")
    words = _Words(rng, published, {"deed": topic.deed, "huyen": district})
    round_ = f"đợt {serial} trong năm {published.year}"
    told = rng.choice(topic.titles).format_map(words)
    title = f"{bare_name(place)}: {told}, {round_} tại xã {words.communes[0]}"
    return Bulletin(
        id=str(number),
        district=district,
        province=province,
        published=published.date(),
        dateline=f"{published:%d/%m/%Y - %H:%M}",
        title=title + group_of(seed),
        lead=_capital(rng.choice(LEADS).format_map(words)),
        paragraphs=_paragraphs(rng, topic, words),
        byline=write_byline(rng),
        section=topic.section,
    )


def write_byline(rng: Random) -> str:
    """A pen name and where whoever bears it works."""
    return f"{rng.choice(_PENS)}, {rng.choice(_DESKS)}"


def place_of(seed: int) -> str:
    """The place of the portal with this number."""
    return PLACES[seed % len(PLACES)]


def bare_name(place: str) -> str:
    """The name of a place's district without its level."""
    return place.partition(",")[0].removeprefix("thị xã ").removeprefix("huyện ")


def group_of(seed: int) -> str:
    """What tells a portal from others of the same place: nothing while there are places enough."""
    return f", cụm số {seed // len(PLACES) + 1}" if seed >= len(PLACES) else ""


def _paragraphs(rng: Random, topic: Topic, words: _Words) -> tuple[tuple[str, ...], ...]:
    """Three to five paragraphs: an opening, then the rest in an order of its own."""
    told = [rng.choice(topic.costs), *rng.sample(topic.tells, 4), *rng.sample(ASIDES, 4)]
    rng.shuffle(told)
    told.insert(0, rng.choice(OPENINGS))
    sentences = [_capital(pattern.format_map(words)) for pattern in told]
    return tuple((" ".join(part),) for part in _parted(sentences, rng.randint(3, 5)))


def _parted(sentences: Sequence[str], count: int) -> list[Sequence[str]]:
    """The sentences in so many parts of about one length."""
    ends = [len(sentences) * at // count for at in range(count + 1)]
    return [sentences[start:end] for start, end in pairwise(ends)]


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
