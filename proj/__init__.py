from proj.sqlite import use_fixed_engine

use_fixed_engine()
