"""The full run of backtest.c by nautilus_trader (a fixed size, its default fills), called as it is."""

import json
import sys
from decimal import Decimal
from time import perf_counter

import numpy as np
import pandas as pd
import nautilus_trader
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import Venue
from nautilus_trader.model.objects import Money
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy

file, all_rows, rows, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[5])
time, *prices = (column[:rows].copy() for column in np.fromfile(file).reshape(5, all_rows))
frame = pd.DataFrame(dict(zip(("open", "high", "low", "close"), prices)))
frame.index = pd.to_datetime(time.astype("int64"), unit="ms", utc=True)
instrument = TestInstrumentProvider.default_fx_ccy("AUD/USD", Venue("SIM"))
bar_type = BarType.from_str(f"{instrument.id}-1-MINUTE-LAST-EXTERNAL")
bars = BarDataWrangler(bar_type, instrument).process(frame)


class Crossing(Strategy):
    def on_start(self):
        self.fast, self.slow = SimpleMovingAverage(10), SimpleMovingAverage(20)
        self.register_indicator_for_bars(bar_type, self.fast)
        self.register_indicator_for_bars(bar_type, self.slow)
        self.gap = 0.0
        self.subscribe_bars(bar_type)

    def on_bar(self, bar):
        if not self.slow.initialized:
            return
        before, self.gap = self.gap, self.fast.value - self.slow.value
        flat = self.portfolio.is_flat(instrument.id)
        if self.gap > 0 and before <= 0 and flat:
            price = float(bar.close)
            self.submit_order_list(
                self.order_factory.bracket(
                    instrument_id=instrument.id,
                    order_side=OrderSide.BUY,
                    quantity=instrument.make_qty(1000),
                    sl_trigger_price=instrument.make_price(price * 0.98),
                    tp_price=instrument.make_price(price * 1.04),
                )
            )
        elif self.gap < 0 and before >= 0 and not flat:
            self.cancel_all_orders(instrument.id)
            self.close_all_positions(instrument.id)


def run():
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
    engine.add_venue(
        Venue("SIM"),
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=USD,
        starting_balances=[Money(1_000_000, USD)],
        default_leverage=Decimal(20),
    )
    engine.add_instrument(instrument)
    engine.add_data(bars)
    engine.add_strategy(Crossing())
    begun = perf_counter()
    engine.run()
    engine.portfolio.analyzer.get_performance_stats_returns()
    passed = (perf_counter() - begun) * 1e3
    engine.dispose()
    return passed


print(json.dumps({"ms": [run() for _ in range(runs)], "version": nautilus_trader.__version__}))
