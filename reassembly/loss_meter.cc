#include "reassembly/loss_meter.h"

#include <algorithm>

namespace trafrec::reassembly {

void LossMeter::Put(const PayloadLoss& loss, uint64_t datagrams) {
  if (datagrams > datagrams_before_) {
    store::LossRecord row;
    row.cause = store::LossCause::kLimit;
    row.from = from_;
    row.until = now_;
    row.packets = datagrams - datagrams_before_;
    row.exact = true;
    sink_.PutLoss(row);
    datagrams_before_ = datagrams;
  }
  if (loss.gap_bytes > before_.gap_bytes) {
    store::LossRecord row;
    row.cause = store::LossCause::kGapShare;
    row.from = from_;
    row.until = now_;
    row.bytes = loss.gap_bytes - before_.gap_bytes;
    // What turned out to be a FIN is no byte any more.
    row.of_bytes = std::max(loss.acked_bytes, before_.acked_bytes) - before_.acked_bytes;
    row.exact = true;
    sink_.PutLoss(row);
  }
  from_ = now_;
  before_ = loss;
}

}  // namespace trafrec::reassembly
