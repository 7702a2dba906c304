import { hr } from '../hr/product.ts'
import type { Product } from '../products/port.ts'

/** The products that this hub offers, each in the folder of its name. */
export const products: readonly Product[] = [hr]
