#include "store/format/records.h"

namespace trafrec::store {

const char* EncapsulationName(EncapsulationId::Kind kind) {
  switch (kind) {
    case EncapsulationId::Kind::kVlan:
      return "vlan";
    case EncapsulationId::Kind::kMpls:
      return "mpls";
    case EncapsulationId::Kind::kPppoe:
      return "pppoe";
    case EncapsulationId::Kind::kGre:
      return "gre";
    case EncapsulationId::Kind::kVxlan:
      return "vxlan";
    case EncapsulationId::Kind::kGeneve:
      return "geneve";
    case EncapsulationId::Kind::kErspan:
      return "erspan";
    case EncapsulationId::Kind::kGtpU:
      return "gtp_u";
    case EncapsulationId::Kind::kIpInIp:
      return "ip_in_ip";
    case EncapsulationId::Kind::kTeredo:
      return "teredo";
  }
  return "unknown";
}

const char* GapCauseName(GapCause cause) {
  switch (cause) {
    case GapCause::kAcknowledged:
      return "acknowledged";
    case GapCause::kStreamLimit:
      return "stream_limit";
    case GapCause::kGlobalLimit:
      return "global_limit";
    case GapCause::kClosed:
      return "closed";
    case GapCause::kSnaplen:
      return "snaplen";
    case GapCause::kTimeout:
      return "timeout";
  }
  return "unknown";
}

const char* MessagePartName(MessageGap::Part part) {
  switch (part) {
    case MessageGap::Part::kHead:
      return "head";
    case MessageGap::Part::kBody:
      return "body";
    case MessageGap::Part::kFraming:
      return "framing";
  }
  return "unknown";
}

const char* FramingName(Framing framing) {
  switch (framing) {
    case Framing::kNone:
      return "none";
    case Framing::kContentLength:
      return "content_length";
    case Framing::kChunked:
      return "chunked";
    case Framing::kUntilClose:
      return "until_close";
    case Framing::kOpaque:
      return "opaque";
  }
  return "unknown";
}

const char* CloseCauseName(CloseCause cause) {
  switch (cause) {
    case CloseCause::kOpen:
      return "open";
    case CloseCause::kFin:
      return "fin";
    case CloseCause::kReset:
      return "reset";
    case CloseCause::kReplaced:
      return "replaced";
    case CloseCause::kIdleTimeout:
      return "idle_timeout";
    case CloseCause::kEvicted:
      return "evicted";
    case CloseCause::kEndOfCapture:
      return "end_of_capture";
  }
  return "unknown";
}

const char* ProtocolName(Protocol protocol) {
  switch (protocol) {
    case Protocol::kUnknown:
      return "unknown";
    case Protocol::kHttp1:
      return "http1";
    case Protocol::kTls:
      return "tls";
    case Protocol::kHttp2:
      return "http2";
    case Protocol::kEsTransport:
      return "es_transport";
    case Protocol::kOther:
      return "other";
    case Protocol::kNoData:
      return "no_data";
  }
  return "unknown";
}

const char* LossCauseName(LossCause cause) {
  switch (cause) {
    case LossCause::kStart:
      return "start";
    case LossCause::kStop:
      return "stop";
    case LossCause::kCrash:
      return "crash";
    case LossCause::kKernelDrop:
      return "kernel_drop";
    case LossCause::kInterfaceDrop:
      return "interface_drop";
    case LossCause::kRingDrop:
      return "ring_drop";
    case LossCause::kLimit:
      return "limit";
    case LossCause::kDiskFull:
      return "disk_full";
    case LossCause::kLoad:
      return "load";
    case LossCause::kCutFile:
      return "cut_file";
    case LossCause::kGap:
      return "gap";
    case LossCause::kGapShare:
      return "gap_share";
    case LossCause::kDamage:
      return "damage";
    case LossCause::kFilter:
      return "filter";
  }
  return "unknown";
}

const char* HoldCauseName(HoldCause cause) {
  switch (cause) {
    case HoldCause::kNone:
      return "none";
    case HoldCause::kUndelivered:
      return "undelivered";
    case HoldCause::kRequest:
      return "request";
    case HoldCause::kAnswer:
      return "answer";
    case HoldCause::kSettling:
      return "settling";
  }
  return "unknown";
}

std::string HoldText(const Hold& hold) {
  if (hold.cause == HoldCause::kNone) {
    return {};
  }
  const std::string cause = HoldCauseName(hold.cause);
  return hold.exchange == 0 ? cause : cause + " " + std::to_string(hold.exchange);
}

}  // namespace trafrec::store
